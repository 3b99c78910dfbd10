// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
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
import io.verbena.SessionOptions;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Payload;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An event queue that is dedicated to one connection, and gets something else to do all the same.
 */
@ExtendWith(Leaks.class)
class DedicatedQueueTest {
    private static final URI ANY_PORT = URI.create("tcp://127.0.0.1:0");
    private static final int BYTES = 1024;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);

    /** A heartbeat's timer is a reason to ask the selector as well. */
    private static final SessionOptions HEARTLESS =
            SessionOptions.defaults().withKeepaliveIntervalNs(0);

    private static final ConnectOptions CONNECT = ConnectOptions.defaults().withSession(HEARTLESS);
    private static final PortalOptions PORTAL = PortalOptions.defaults().withSession(HEARTLESS);

    private static EventQueueHandler queue(final long stallTimeoutNs) {
        return EventQueueHandler.open(
                EventQueueOptions.defaults()
                        .withIdlePolicy(IdlePolicy.BLOCK)
                        .withStallTimeoutNs(stallTimeoutNs));
    }

    private static ServerPortal.Handler counting(final AtomicInteger sessions) {
        return request -> {
            sessions.incrementAndGet();
            request.accept(new Echo());
        };
    }

    @Test
    void hearsOfAClientWhileItsFirstConnectionIsSilent() {
        final AtomicInteger elsewhere = new AtomicInteger();
        final AtomicInteger here = new AtomicInteger();
        final MsgPool serverMessages = Leaks.pool(4, BYTES, BYTES);
        final MsgPool messages = Leaks.pool(4, BYTES, BYTES);
        final EventQueueHandler serverQueue = queue(0);
        serverQueue.bind(serverMessages, PoolUse.BOTH);
        final ServerPortal server =
                ServerPortal.listen(serverQueue, ANY_PORT, counting(elsewhere), PORTAL);
        final EventQueueHandler dedicated = queue(LIMIT_NS);
        dedicated.bind(messages, PoolUse.BOTH);
        try (LoopThread other = new LoopThread(serverQueue)) {
            final Asking first = new Asking();
            final ClientSession session =
                    ClientSession.connect(dedicated, server.uri(), first, CONNECT);
            for (int i = 0; i < 3; i++) {
                session.sendRequest(Payload.fill(messages.take(), 10, i));
                runUntil(dedicated, first.responses, i + 1);
            }

            final ServerPortal portal =
                    ServerPortal.listen(dedicated, ANY_PORT, counting(here), PORTAL);
            other.run(
                    () -> ClientSession.connect(serverQueue, portal.uri(), new Asking(), CONNECT));
            runUntil(dedicated, here, 1);
            dedicated.close();
        }
        messages.close();
        serverMessages.close();
        assertThat(elsewhere).hasValue(1);
    }

    private static void runUntil(
            final EventQueueHandler queue, final AtomicInteger count, final int wanted) {
        final long endNs = System.nanoTime() + LIMIT_NS;
        while (count.get() < wanted) {
            final long leftNs = endNs - System.nanoTime();
            assertThat(leftNs).as("time left for number %d", wanted).isPositive();
            queue.runEventLoop(1, leftNs);
        }
    }

    private static final class Echo implements ServerSession.Handler {
        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            msg.out().put(msg.in());
            session.sendResponse(msg);
        }

        @Override
        public void onClosed(final ServerSession session, final SessionClosed event) {}
    }

    private static final class Asking implements ClientSession.Handler {
        private final AtomicInteger responses = new AtomicInteger();

        @Override
        public void onResponse(final ClientSession session, final Msg msg) {
            msg.release();
            responses.incrementAndGet();
        }

        @Override
        public void onMsgError(
                final ClientSession session, final Msg msg, final EventReason reason) {
            msg.release();
        }

        @Override
        public void onClosed(final ClientSession session, final SessionClosed event) {}
    }
}
