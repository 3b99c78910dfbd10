// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.PortalCounters;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.Throttle;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.spi.TransportProvider;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A portal, and the connections that have no session yet. */
final class Portal implements ServerPortal {
    private static final URI WORKER = URI.create("worker:local");

    /** How often the application is told that a limit holds clients back. */
    private static final long THROTTLED_NS = TimeUnit.SECONDS.toNanos(1);

    private final EventQueue queue;
    private final Handler handler;
    private final PortalOptions options;

    /** In the order in which they came, so that the oldest is the first. */
    private final Set<PendingSession> pending = new LinkedHashSet<>();

    /** Connections of each host, with a session or without. */
    private final Map<String, Integer> hosts = new ConcurrentHashMap<>();

    private final TokenBucket acceptRate;
    private final long[] throttledNs = new long[Throttle.values().length];

    final Tally tally = new Tally();

    private URI uri = WORKER;
    private @Nullable Listener listener;

    /** Sessions may end on other event queues. */
    private final AtomicInteger sessions = new AtomicInteger();

    private boolean closed;

    private Portal(final EventQueue queue, final Handler handler, final PortalOptions options) {
        this.queue = queue;
        this.handler = handler;
        this.options = options;
        acceptRate = new TokenBucket(options.maxAcceptsPerSecond());
        Arrays.fill(throttledNs, Long.MIN_VALUE);
    }

    static ServerPortal listen(
            final EventQueue queue,
            final URI uri,
            final Handler handler,
            final PortalOptions options) {
        final TransportProvider provider = Transports.forUri(uri);
        final Portal portal = new Portal(queue, handler, options);
        final Listener listener =
                queue.poller(provider).listen(uri, options, portal.new Door(provider));
        portal.listener = listener;
        portal.uri = listener.uri();
        queue.residents().add(portal);
        return portal;
    }

    static ServerPortal worker(
            final EventQueue queue, final Handler handler, final PortalOptions options) {
        final Portal portal = new Portal(queue, handler, options);
        queue.residents().add(portal);
        return portal;
    }

    static Portal of(final ServerPortal portal) {
        if (portal instanceof Portal own) {
            return own;
        }
        throw new IllegalArgumentException(
                "not made by ServerPortal: " + portal.getClass().getName());
    }

    /** Where the listener's connections come in. */
    private final class Door implements Acceptor {
        private final TransportProvider provider;

        Door(final TransportProvider provider) {
            this.provider = provider;
        }

        @Override
        public long postponedNs() {
            final long waitNs = acceptRate.waitNs(queue.nanoTime());
            if (waitNs > 0) {
                tally.ratePauses++;
                throttled(Throttle.ACCEPT_RATE, "", rateDetail());
            }
            return waitNs;
        }

        @Override
        public @Nullable ConnectionHandler onAccepted(final Connection connection) {
            if (closed) {
                return null;
            }
            makeRoom();
            final PendingSession newcomer = new PendingSession(Portal.this, provider, connection);
            if (acceptRate.take(queue.nanoTime())) {
                admit(newcomer);
            } else {
                tally.rateRefusals++;
                enter(newcomer);
                newcomer.unwanted(rateDetail());
            }
            newcomer.awaitHello();
            return newcomer;
        }

        @Override
        public void onFailed(final EventReason reason, final String detail) {
            // Not from here: this is a call-back of the transport's.
            queue.schedule(0, () -> failed(reason, detail));
        }

        private String rateDetail() {
            return "more than %d new connections in a second"
                    .formatted(options.maxAcceptsPerSecond());
        }
    }

    /** Returns how many its host has now. */
    private int enter(final PendingSession newcomer) {
        tally.connections++;
        pending.add(newcomer);
        return countHost(newcomer.host());
    }

    /** Lets a connection in, unless its host has too many. */
    private void admit(final PendingSession newcomer) {
        final int ofHost = enter(newcomer);
        if (ofHost > options.maxPerHost()) {
            tally.hostLimits++;
            newcomer.unwanted(
                    "its host %s has %d connections, and may have no more"
                            .formatted(newcomer.host(), ofHost - 1));
        }
    }

    /** A session, which may live on another event queue, is held back by a limit. */
    void sessionThrottled(final Throttle limit, final String remoteAddress, final String detail) {
        if (queue.inEventLoop()) {
            throttled(limit, remoteAddress, detail);
            return;
        }
        try {
            queue.execute(() -> throttled(limit, remoteAddress, detail));
        } catch (final RejectedExecutionException e) {
            // The portal is no more, and nobody is to be told.
        }
    }

    /** A limit begins to hold back: the application is told, once a second. */
    private void throttled(final Throttle limit, final String remoteAddress, final String detail) {
        final long nowNs = queue.nanoTime();
        final long lastNs = throttledNs[limit.ordinal()];
        if (lastNs != Long.MIN_VALUE && nowNs - lastNs < THROTTLED_NS) {
            return;
        }
        throttledNs[limit.ordinal()] = nowNs;
        // Not from here: this is a call-back of the transport's.
        queue.schedule(
                0,
                () -> {
                    queue.countEvent();
                    handler.onThrottled(limit, remoteAddress, detail);
                });
    }

    private void makeRoom() {
        if (pending.size() >= options.maxPending()) {
            tally.pendingLimits++;
            pending.iterator()
                    .next()
                    .refuse(
                            EventReason.LIMIT_REACHED,
                            "%d connections have no session, and this is the oldest"
                                    .formatted(pending.size()),
                            true /* tellPeer */);
        }
    }

    /** Takes what another portal has forwarded; on this portal's thread. */
    void adopt(final PendingSession origin, final ServerSession.@Nullable Handler sessionHandler) {
        if (queue.isClosed()) {
            origin.connection().abort();
            return;
        }
        final Poller poller;
        try {
            poller = queue.poller(origin.provider());
        } catch (final RuntimeException e) {
            dropForwarded(origin, e);
            return;
        }
        makeRoom();
        final PendingSession newcomer = new PendingSession(this, origin);
        admit(newcomer);
        poller.adopt(origin.connection(), newcomer);
        if (closed) {
            newcomer.refuse(
                    EventReason.EVENT_QUEUE_CLOSED,
                    "the portal that it was forwarded to is closed",
                    true /* tellPeer */);
            return;
        }
        newcomer.decideUnlessUnwanted(sessionHandler);
    }

    /** The transport can't be used on this event queue. */
    private void dropForwarded(final PendingSession origin, final RuntimeException e) {
        final String address = origin.remoteAddress();
        origin.connection().abort();
        queue.counters.connectionsRefused++;
        queue.report(EventReason.UNAVAILABLE, address + " could not be taken over", e);
        queue.countEvent();
        try {
            handler()
                    .onSessionRefused(
                            address, EventReason.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (final Throwable thrown) {
            queue.failed(null, thrown);
        }
    }

    EventQueue queue() {
        return queue;
    }

    Handler handler() {
        return handler;
    }

    PortalOptions options() {
        return options;
    }

    boolean isFull() {
        return sessions.get() >= options.maxSessions();
    }

    void forget(final PendingSession session) {
        if (pending.remove(session)) {
            forgetHost(session.host());
        }
    }

    void sessionOpened(final String host) {
        tally.sessions++;
        sessions.incrementAndGet();
        countHost(host);
    }

    void sessionClosed(final String host) {
        sessions.decrementAndGet();
        forgetHost(host);
    }

    private int countHost(final String host) {
        return hosts.merge(host, 1, Integer::sum);
    }

    private void forgetHost(final String host) {
        hosts.computeIfPresent(host, (name, count) -> count == 1 ? null : count - 1);
    }

    @Override
    public PortalCounters counters() {
        queue.checkThread();
        return tally.snapshot();
    }

    @Override
    public EventQueueHandler eventQueue() {
        return queue;
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public int sessions() {
        return sessions.get();
    }

    /** Its listener is no more. */
    private void failed(final EventReason reason, final String detail) {
        if (closed) {
            return;
        }
        queue.counters.listenerFailures++;
        queue.report(reason, detail, null);
        queue.countEvent();
        try {
            handler.onFailed(this, reason, detail);
        } catch (final Throwable e) {
            queue.failed(null, e);
        }
        close();
    }

    @Override
    public void close() {
        queue.checkThread();
        if (closed) {
            return;
        }
        closed = true;
        if (listener != null) {
            listener.close();
        }
        // Not from here: the application may be in the middle of something.
        queue.schedule(0, this::finish);
    }

    /** Closes at once. */
    void abandon() {
        close();
        finish();
    }

    private void finish() {
        if (!queue.residents().remove(this)) {
            return;
        }
        for (final PendingSession waiting : List.copyOf(pending)) {
            waiting.refuse(
                    EventReason.EVENT_QUEUE_CLOSED, "the portal was closed", true /* tellPeer */);
        }
        queue.countEvent();
        try {
            handler.onClosed(this);
        } catch (final Throwable e) {
            queue.failed(null, e);
        }
    }

    @Override
    public String toString() {
        return "ServerPortal[%s]".formatted(uri);
    }
}
