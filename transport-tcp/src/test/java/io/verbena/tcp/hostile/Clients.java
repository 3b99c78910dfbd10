// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueCounters;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.SessionClosed;
import io.verbena.SessionState;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Payload;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Client sessions on one event queue, on a thread of its own, and what happens to each. */
final class Clients implements AutoCloseable {
    static final int MSG_BYTES = 64 * 1024;

    final LoopThread loop;
    final MsgPool pool;

    Clients() {
        this(64, MSG_BYTES);
    }

    Clients(final int messages, final int messageBytes) {
        final EventQueueHandler queue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.BLOCK));
        pool = Leaks.pool(messages, messageBytes, messageBytes);
        queue.bind(pool, PoolUse.CLIENT);
        loop = new LoopThread(queue);
    }

    Watched connect(final URI uri) {
        return connect(uri, ConnectOptions.defaults());
    }

    Watched connect(final URI uri, final ConnectOptions options) {
        final Watched watched = new Watched();
        watched.session =
                loop.call(() -> ClientSession.connect(loop.queue(), uri, watched, options));
        return watched;
    }

    /** A session that exchanges requests until the end. */
    Healthy healthy(final URI uri) {
        return healthy(uri, ConnectOptions.defaults());
    }

    Healthy healthy(final URI uri, final ConnectOptions options) {
        final Healthy healthy = new Healthy();
        healthy.session =
                loop.call(() -> ClientSession.connect(loop.queue(), uri, healthy, options));
        Wait.until(
                "the first exchanges", () -> healthy.exchanged.get() > 2 || healthy.closed != null);
        assertThat(healthy.closed).as("the healthy session's end").isNull();
        return healthy;
    }

    EventQueueCounters counters() {
        return loop.call(loop.queue()::counters);
    }

    @Override
    public void close() {
        loop.close();
        pool.close();
    }

    /** One session. */
    class Watched implements ClientSession.Handler {
        volatile ClientSession session;
        volatile boolean established;
        volatile SessionClosed closed;
        final AtomicInteger responses = new AtomicInteger();
        final Queue<EventReason> errors = new ConcurrentLinkedQueue<>();

        /** Sends a request of so many bytes. */
        void send(final int length) {
            loop.run(
                    () -> {
                        final Msg msg = Payload.fill(pool.take(), length, length);
                        try {
                            session.sendRequest(msg);
                        } catch (final RuntimeException e) {
                            msg.release();
                            throw e;
                        }
                    });
        }

        void close() {
            loop.run(session::close);
        }

        SessionClosed awaitClosed() {
            Wait.until("the client's CLOSED event", () -> closed != null);
            return closed;
        }

        void awaitEstablished() {
            Wait.until("the client's session", () -> established || closed != null);
            assertThat(closed).as("why it isn't established").isNull();
        }

        @Override
        public void onEstablished(final ClientSession from) {
            established = true;
        }

        @Override
        public void onResponse(final ClientSession from, final Msg msg) {
            msg.release();
            responses.incrementAndGet();
        }

        @Override
        public void onMsgError(final ClientSession from, final Msg msg, final EventReason reason) {
            msg.release();
            errors.add(reason);
        }

        @Override
        public void onClosed(final ClientSession from, final SessionClosed event) {
            closed = event;
        }
    }

    /** A session that sends the next request when it has the response, and checks each. */
    final class Healthy extends Watched {
        private static final int SIZES = 3000;

        final AtomicInteger exchanged = new AtomicInteger();
        private volatile String wrong;

        @Override
        public void onEstablished(final ClientSession from) {
            super.onEstablished(from);
            next(from, pool.take());
        }

        private void next(final ClientSession from, final Msg msg) {
            final int seed = exchanged.get();
            msg.reset();
            from.sendRequest(Payload.fill(msg, seed * 37 % SIZES, seed));
        }

        @Override
        public void onResponse(final ClientSession from, final Msg msg) {
            final int seed = exchanged.get();
            try {
                Payload.check(msg, seed * 37 % SIZES, seed);
            } catch (final AssertionError e) {
                wrong = e.getMessage();
            }
            exchanged.incrementAndGet();
            if (from.state().compareTo(SessionState.ESTABLISHED) > 0) {
                msg.release();
            } else {
                next(from, msg);
            }
        }

        /** It has gone on as if nothing had happened, and still does. */
        void assertUnharmed() {
            final int before = exchanged.get();
            Wait.until(
                    "the healthy session's next exchanges",
                    () -> exchanged.get() > before + 3 || closed != null);
            assertThat(closed).as("the healthy session's end").isNull();
            assertThat(errors).as("the healthy session's failed requests").isEmpty();
            assertThat(wrong).as("what was wrong with a response").isNull();
        }
    }
}
