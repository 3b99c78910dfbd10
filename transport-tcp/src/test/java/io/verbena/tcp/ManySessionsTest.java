// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pump;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("Many sessions of one event queue")
@ExtendWith(Leaks.class)
class ManySessionsTest {
    private static final int SESSIONS = 400;
    private static final int ROUNDS = 20;
    private static final int BYTES = 64;
    private static final long MIB = 1 << 20;

    private int answers;
    private int established;

    @Test
    void thatAllSendAtOnceTakeLittleMemoryAndAreAllAnsweredEachTime() {
        final EventQueueOptions spin = EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.SPIN);
        try (MsgPool requests = MsgPool.direct(SESSIONS, BYTES, BYTES);
                MsgPool answering = MsgPool.direct(SESSIONS, BYTES, BYTES);
                EventQueueHandler client = EventQueueHandler.open(spin);
                EventQueueHandler server = EventQueueHandler.open(spin)) {
            client.bind(requests);
            server.bind(answering);
            final Pump pump = new Pump();
            pump.add(client);
            pump.add(server);
            final ServerPortal portal =
                    ServerPortal.listen(
                            server,
                            URI.create("tcp://127.0.0.1:0"),
                            request -> request.accept(new Echo()),
                            PortalOptions.defaults()
                                    .withBacklog(SESSIONS)
                                    .withMaxPending(SESSIONS));
            final List<ClientSession> sessions = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                sessions.add(ClientSession.connect(client, portal.uri(), new Asking()));
            }
            pump.until("all sessions", () -> established == SESSIONS);

            // In the first round segments are made, and kept.
            askAll(sessions, requests);
            pump.until("the first answers", () -> answers == SESSIONS);
            for (int round = 2; round <= ROUNDS; round++) {
                final int expected = round * SESSIONS;
                final long before = PlatformDependent.usedDirectMemory();
                askAll(sessions, requests);
                assertThat(PlatformDependent.usedDirectMemory() - before)
                        .as("bytes taken for a moment")
                        .isLessThan(MIB);
                pump.until("the answers", () -> answers == expected);
            }
        }
    }

    private static void askAll(final List<ClientSession> sessions, final MsgPool pool) {
        for (final ClientSession session : sessions) {
            final Msg msg = pool.take();
            msg.out().putLong(session.hashCode());
            session.sendRequest(msg);
        }
    }

    private final class Asking implements ClientSession.Handler {
        @Override
        public void onEstablished(final ClientSession session) {
            established++;
        }

        @Override
        public void onResponse(final ClientSession session, final Msg msg) {
            assertThat(msg.in().getLong()).isEqualTo(session.hashCode());
            answers++;
            msg.release();
        }
    }

    private static final class Echo implements ServerSession.Handler {
        @Override
        public void onRequest(final ServerSession session, final Msg msg) {
            msg.out().put(msg.in());
            session.sendResponse(msg);
        }
    }
}
