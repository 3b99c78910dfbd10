// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.verbena.EventQueueCounters;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.LoopThread;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * A server on a thread of its own, and what happens to it. It echoes each request; of peers who
 * name themselves {@code /hostile} it notes what becomes of them, and can be told to treat them
 * otherwise.
 */
final class Target implements AutoCloseable {
    static final int MSG_BYTES = 64 * 1024;
    static final int MSG_COUNT = 64;

    /** How a hostile peer's HELLO, or its request, is treated. */
    enum Manners {
        ECHO,

        /** Requests are held until {@link #release}. */
        HOLD,

        /** Its HELLO isn't answered until {@link #release}. */
        UNDECIDED
    }

    /** A connection that was dropped before it was a session. */
    record Refused(EventReason reason, String detail) {}

    final Queue<Refused> refused = new ConcurrentLinkedQueue<>();

    /** The ends of hostile sessions. */
    final Queue<SessionClosed> closed = new ConcurrentLinkedQueue<>();

    /** Requests of hostile sessions. */
    final AtomicInteger requests = new AtomicInteger();

    /** What went wrong for sessions that aren't hostile. */
    final Queue<String> harm = new ConcurrentLinkedQueue<>();

    final LoopThread loop;
    final MsgPool pool;
    final ServerPortal portal;
    private final List<Runnable> held = new ArrayList<>();
    private volatile Manners manners = Manners.ECHO;

    Target(final Net net) {
        this(net, PortalOptions.defaults());
    }

    Target(final Net net, final PortalOptions options) {
        this(net, options, MSG_COUNT);
    }

    Target(final Net net, final PortalOptions options, final int messages) {
        this(net, options, messages, System::nanoTime);
    }

    Target(
            final Net net,
            final PortalOptions options,
            final int messages,
            final LongSupplier nanoClock) {
        this(net.listenUri(), options, messages, nanoClock);
    }

    Target(
            final URI where,
            final PortalOptions options,
            final int messages,
            final LongSupplier nanoClock) {
        final EventQueueHandler queue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults()
                                .withIdlePolicy(IdlePolicy.BLOCK)
                                .withNanoClock(nanoClock));
        pool = Leaks.pool(messages, MSG_BYTES, MSG_BYTES);
        queue.bind(pool, PoolUse.SERVER);
        portal = ServerPortal.listen(queue, where, new Door(), options);
        loop = new LoopThread(queue);
    }

    URI uri() {
        return portal.uri();
    }

    /**
     * A second portal on the same event queue, for those to whom the first one's haste isn't due.
     */
    URI sideDoor(final URI where, final PortalOptions options) {
        return loop.call(() -> ServerPortal.listen(loop.queue(), where, new Door(), options)).uri();
    }

    void manners(final Manners value) {
        manners = value;
    }

    /** Answers what was held, and decides on who waits. */
    void release() {
        manners = Manners.ECHO;
        loop.run(
                () -> {
                    final List<Runnable> all = List.copyOf(held);
                    held.clear();
                    all.forEach(Runnable::run);
                });
    }

    int held() {
        return loop.call(held::size);
    }

    EventQueueCounters counters() {
        return loop.call(loop.queue()::counters);
    }

    /** The one end of a hostile session. */
    SessionClosed awaitClosed() {
        Wait.until("the end of a hostile session", () -> !closed.isEmpty());
        return closed.element();
    }

    /** The one refusal. */
    Refused awaitRefused() {
        Wait.until("the refusal of a hostile peer", () -> !refused.isEmpty());
        return refused.element();
    }

    @Override
    public void close() {
        release();
        loop.close();
        pool.close();
    }

    private final class Door implements ServerPortal.Handler {
        @Override
        public void onSessionNew(final SessionRequest request) {
            if (!request.pathAndQuery().startsWith("/hostile")) {
                // The haste of a test of slow peers is not for friends.
                request.accept(new Friend(), SessionOptions.defaults());
            } else if (manners == Manners.UNDECIDED) {
                held.add(
                        () -> {
                            if (request.isOpen()) {
                                request.accept(new Foe());
                            }
                        });
            } else {
                request.accept(new Foe());
            }
        }

        @Override
        public void onSessionRefused(
                final String remoteAddress, final EventReason reason, final String detail) {
            refused.add(new Refused(reason, detail));
        }
    }

    private static void echo(final ServerSession session, final Msg msg) {
        msg.out().put(msg.in().limit(Math.min(msg.in().limit(), msg.out().limit())));
        session.sendResponse(msg);
    }

    private final class Friend implements ServerSession.Handler {
        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            echo(session, msg);
        }

        @Override
        public void onMsgError(
                final ServerSession session, final Msg msg, final EventReason reason) {
            harm.add("an answer failed: " + reason);
        }

        @Override
        public void onClosed(final ServerSession session, final SessionClosed event) {
            if (event.reason() != EventReason.CLOSED_BY_PEER
                    && event.reason() != EventReason.EVENT_QUEUE_CLOSED) {
                harm.add("closed: " + event);
            }
        }
    }

    private final class Foe implements ServerSession.Handler {
        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            requests.incrementAndGet();
            if (manners == Manners.HOLD) {
                held.add(
                        () -> {
                            try {
                                echo(session, msg);
                            } catch (final SessionClosedException e) {
                                session.discardRequest(msg);
                            }
                        });
            } else {
                echo(session, msg);
            }
        }

        @Override
        public void onClosed(final ServerSession session, final SessionClosed event) {
            closed.add(event);
        }
    }
}
