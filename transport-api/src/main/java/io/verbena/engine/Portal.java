// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.spi.TransportProvider;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A portal, and the connections that have no session yet. */
final class Portal implements ServerPortal {
    private static final URI WORKER = URI.create("worker:local");

    private final EventQueue queue;
    private final Handler handler;
    private final PortalOptions options;

    /** In the order in which they came, so that the oldest is the first. */
    private final Set<PendingSession> pending = new LinkedHashSet<>();

    private URI uri = WORKER;
    private @Nullable Listener listener;

    /** Sessions may end on other event queues. */
    private final AtomicInteger sessions = new AtomicInteger();

    private boolean closed;

    private Portal(final EventQueue queue, final Handler handler, final PortalOptions options) {
        this.queue = queue;
        this.handler = handler;
        this.options = options;
    }

    static ServerPortal listen(
            final EventQueue queue,
            final URI uri,
            final Handler handler,
            final PortalOptions options) {
        final TransportProvider provider = Transports.forUri(uri);
        final Portal portal = new Portal(queue, handler, options);
        final Listener listener =
                queue.poller(provider)
                        .listen(uri, options, connection -> portal.accepted(provider, connection));
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

    private @Nullable ConnectionHandler accepted(
            final TransportProvider provider, final Connection connection) {
        if (closed) {
            return null;
        }
        makeRoom();
        final PendingSession newcomer = new PendingSession(this, provider, connection);
        pending.add(newcomer);
        newcomer.awaitHello();
        return newcomer;
    }

    private void makeRoom() {
        if (pending.size() >= options.maxPending()) {
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
        pending.add(newcomer);
        poller.adopt(origin.connection(), newcomer);
        if (closed) {
            newcomer.refuse(
                    EventReason.EVENT_QUEUE_CLOSED,
                    "the portal that it was forwarded to is closed",
                    true /* tellPeer */);
            return;
        }
        newcomer.decide(sessionHandler);
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
        pending.remove(session);
    }

    void sessionOpened() {
        sessions.incrementAndGet();
    }

    void sessionClosed() {
        sessions.decrementAndGet();
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
