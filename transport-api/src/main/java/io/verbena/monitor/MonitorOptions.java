// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a {@link Monitor} answers. Immutable; start from {@link #defaults()}, and name an
 * address at least.
 *
 * @param health where health probes connect to; null: nowhere. OpenJ9's port is 38600.
 * @param metrics where {@code GET /metrics} is answered; null: nowhere. OpenJ9's port is 38500.
 * @param maxSilenceNs how long a thread that is asked whether it goes on may take to answer before
 *     it counts as stuck; 1 ms to 1 h.
 * @param maxRequests requests that are open at a time, 1 to 1024; another one closes the oldest.
 * @param requestTimeoutNs how long a request may take, until its answer has been taken; 1 ms to 1
 *     h.
 */
public record MonitorOptions(
        @Nullable InetSocketAddress health,
        @Nullable InetSocketAddress metrics,
        long maxSilenceNs,
        int maxRequests,
        long requestTimeoutNs) {
    private static final long LEAST_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_NS = TimeUnit.HOURS.toNanos(1);
    private static final int MOST_REQUESTS = 1024;

    private static final MonitorOptions DEFAULTS =
            new MonitorOptions(
                    null, null, TimeUnit.SECONDS.toNanos(5), 16, TimeUnit.SECONDS.toNanos(5));

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public MonitorOptions {
        checkTime("maxSilenceNs", maxSilenceNs);
        checkTime("requestTimeoutNs", requestTimeoutNs);
        if (maxRequests < 1 || maxRequests > MOST_REQUESTS) {
            throw new IllegalArgumentException(
                    "maxRequests must be from 1 to 1024, is " + maxRequests);
        }
    }

    private static void checkTime(final String name, final long value) {
        if (value < LEAST_NS || value > MOST_NS) {
            throw new IllegalArgumentException(
                    "%s must be from 1 ms to 1 h, is %d".formatted(name, value));
        }
    }

    /**
     * The options that suit most, but for the addresses.
     *
     * @return the defaults: 5 s of silence, 16 requests of 5 s each.
     */
    public static MonitorOptions defaults() {
        return DEFAULTS;
    }

    /**
     * These options with another {@link #health()}.
     *
     * @param value where health probes connect to; port 0 is any.
     * @return new options.
     */
    public MonitorOptions withHealth(final @Nullable InetSocketAddress value) {
        return new MonitorOptions(value, metrics, maxSilenceNs, maxRequests, requestTimeoutNs);
    }

    /**
     * These options with another {@link #metrics()}.
     *
     * @param value where metrics are read; port 0 is any.
     * @return new options.
     */
    public MonitorOptions withMetrics(final @Nullable InetSocketAddress value) {
        return new MonitorOptions(health, value, maxSilenceNs, maxRequests, requestTimeoutNs);
    }

    /**
     * These options with another {@link #maxSilenceNs()}.
     *
     * @param value how long a thread may take to answer.
     * @return new options.
     */
    public MonitorOptions withMaxSilenceNs(final long value) {
        return new MonitorOptions(health, metrics, value, maxRequests, requestTimeoutNs);
    }

    /**
     * These options with another {@link #maxRequests()}.
     *
     * @param value requests that are open at a time.
     * @return new options.
     */
    public MonitorOptions withMaxRequests(final int value) {
        return new MonitorOptions(health, metrics, maxSilenceNs, value, requestTimeoutNs);
    }

    /**
     * These options with another {@link #requestTimeoutNs()}.
     *
     * @param value how long a request may take.
     * @return new options.
     */
    public MonitorOptions withRequestTimeoutNs(final long value) {
        return new MonitorOptions(health, metrics, maxSilenceNs, maxRequests, value);
    }
}
