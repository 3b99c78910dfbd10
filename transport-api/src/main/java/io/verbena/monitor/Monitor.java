// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.EventReason;
import io.verbena.PortalCounters;
import io.verbena.VerbenaException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether listeners and bridges are well, and what they have counted, on ports of its own:
 *
 * <ul>
 *   <li>the <b>health port</b> accepts connections and closes them, as OpenJ9's does, as long as
 *       each thread of what is monitored answers within {@link MonitorOptions#maxSilenceNs()}. When
 *       one doesn't, or something is closed, nobody listens there until all is well again;
 *   <li>the <b>metrics port</b> answers {@code GET /metrics} in Prometheus' text format, and {@code
 *       GET /health} with 200 or 503.
 * </ul>
 *
 * <p>Neither speaks TLS nor asks who it is: bind them to an address that only those reach who may
 * know. Both have one thread of the monitor's own, and whatever is asked costs what is monitored no
 * more than a task each second.
 *
 * <p>Thread-safe.
 */
public final class Monitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);
    private static final long TICK_MS = 100;

    /** Who asks faster than that gets the same text again. */
    private static final long KEPT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long CLOSE_MS = 1000;

    private final Selector selector;
    private final List<Pulse> pulses = new ArrayList<>();
    private final @Nullable HealthPort health;
    private final @Nullable MetricsPort metrics;
    private final Thread thread;
    private @Nullable String text;
    private long textNs;
    private volatile boolean well = true;
    private volatile boolean closed;

    private Monitor(final MonitorOptions options, final List<Monitored> monitored)
            throws IOException {
        selector = Selector.open();
        try {
            final long nowNs = System.nanoTime();
            for (final Monitored each : monitored) {
                pulses.add(new Pulse(each, options.maxSilenceNs(), nowNs));
            }
            final InetSocketAddress forHealth = options.health();
            health = forHealth == null ? null : new HealthPort(selector, forHealth);
            final InetSocketAddress forMetrics = options.metrics();
            metrics =
                    forMetrics == null
                            ? null
                            : new MetricsPort(
                                    selector, forMetrics, options, this::text, this::isWell);
        } catch (final RuntimeException e) {
            closePorts();
            throw e;
        }
        thread = new Thread(this::run, "verbena-monitor");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Opens a monitor.
     *
     * @param options where it answers: at one address at least.
     * @param monitored what it tells of, one at least.
     * @return the monitor, to be closed before what it tells of.
     * @throws VerbenaException if it can't listen there.
     */
    public static Monitor open(final MonitorOptions options, final Monitored... monitored) {
        if (options.health() == null && options.metrics() == null) {
            throw new IllegalArgumentException(
                    "a monitor needs an address: use withHealth or withMetrics");
        }
        if (monitored.length == 0) {
            throw new IllegalArgumentException("a monitor needs something to tell of");
        }
        try {
            return new Monitor(options, List.of(monitored));
        } catch (final IOException e) {
            throw new VerbenaException(
                    EventReason.UNAVAILABLE,
                    "no selector can be opened (are there too few file descriptors?): "
                            + e.getMessage(),
                    e);
        }
    }

    // ---- on its thread

    private void run() {
        try {
            while (!closed) {
                selector.select(this::onReady, TICK_MS);
                tick(System.nanoTime());
            }
        } catch (final IOException | RuntimeException e) {
            // A port that is closed says that something isn't well.
            LOG.error("The monitor has failed, and answers no more", e);
        } finally {
            closePorts();
        }
    }

    private void onReady(final SelectionKey key) {
        if (key.isValid()) {
            ((Port.Ready) key.attachment()).onReady(key);
        }
    }

    private void tick(final long nowNs) {
        boolean all = true;
        for (final Pulse pulse : pulses) {
            pulse.look(nowNs);
            all &= pulse.isWell(nowNs);
        }
        well = all;
        if (health != null) {
            health.tell(all);
        }
        if (metrics != null) {
            metrics.tick(nowNs);
        }
    }

    private String text() {
        final long nowNs = System.nanoTime();
        final String kept = text;
        if (kept != null && nowNs - textNs < KEPT_NS) {
            return kept;
        }
        final Exposition made = new Exposition();
        for (final Pulse pulse : pulses) {
            final Monitored monitored = pulse.monitored();
            made.gauge("verbena_up", "1: all its threads go on; 0: not.")
                    .add(pulse.isWell(nowNs) ? 1 : 0, "listener", monitored.name());
            final PortalCounters counters = pulse.counters();
            if (counters != null) {
                PortalMetrics.expose(counters, monitored.name(), made);
            }
            monitored.expose(made);
        }
        final String now = made.toString();
        text = now;
        textNs = nowNs;
        return now;
    }

    private void closePorts() {
        if (health != null) {
            health.close();
        }
        if (metrics != null) {
            metrics.close();
        }
        try {
            selector.close();
        } catch (final IOException e) {
            LOG.debug("The selector did not close well", e);
        }
    }

    // ---- from any thread

    /**
     * Is all well? As the ports tell it.
     *
     * @return whether all threads of what is monitored have answered in time.
     */
    public boolean isWell() {
        return well;
    }

    /**
     * Where health probes connect to, with the real port.
     *
     * @return the address; null if there is none.
     */
    public @Nullable InetSocketAddress healthAddress() {
        return health == null ? null : health.address();
    }

    /**
     * Where metrics are read, with the real port.
     *
     * @return the address; null if there is none.
     */
    public @Nullable InetSocketAddress metricsAddress() {
        return metrics == null ? null : metrics.address();
    }

    /** Answers no more. Idempotent. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(CLOSE_MS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
