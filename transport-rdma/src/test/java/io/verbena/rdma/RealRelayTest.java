// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A relay with mirrors on real verbs")
class RealRelayTest extends RealTest {
    private static final int BYTES = 200_000;
    private static final int COUNT = 120;

    /**
     * The client asks the relay, which passes the request on over the other device: READ into its
     * IN, READ by the server from there, WRITTEN by the server there, WRITTEN to the client.
     */
    @Test
    void passesMessagesOnAsTheyAre() {
        final URI onPeer = URI.create("rdma://%s:0".formatted(Guest.peer()));
        final Pair pair =
                pair().clientPool(16, BYTES, BYTES).serverPool(16, BYTES, BYTES).listening();
        final EventQueueHandler queue = scene().queue();
        final MsgPool pool = scene().pool(queue, 8, BYTES, BYTES, PoolUse.BOTH);
        final Queue<ServerSession> fronts = new ArrayDeque<>();
        final ClientSession back =
                ClientSession.connect(
                        queue,
                        pair.portal.uri(),
                        new ClientSession.Handler() {
                            @Override
                            public void onResponse(final ClientSession session, final Msg mirror) {
                                fronts.remove().sendResponse(mirror.mirror());
                            }

                            @Override
                            public void onMsgError(
                                    final ClientSession session,
                                    final Msg mirror,
                                    final EventReason reason) {
                                throw new AssertionError(reason);
                            }
                        });
        final ServerPortal relay =
                ServerPortal.listen(
                        queue,
                        onPeer,
                        request ->
                                request.accept(
                                        (session, msg) -> {
                                            fronts.add(session);
                                            back.sendRequest(msg.mirror());
                                        }));
        final int[] seen = new int[1];
        pair.server.whenRequest(
                (session, msg) -> {
                    final int i = seen[0]++;
                    Payload.check(msg, requestBytes(i), i);
                    session.sendResponse(Payload.fill(msg, responseBytes(i), ~i));
                });
        final RecordingClient client = scene().client();
        client.whenResponse(
                (session, msg) -> {
                    final long i = (Long) msg.userContext();
                    Payload.check(msg, responseBytes((int) i), ~i);
                });
        final ClientSession session = ClientSession.connect(pair.clientQueue, relay.uri(), client);
        for (int i = 0; i < COUNT; i++) {
            until("a free message", () -> pair.clientPool.available() > 0);
            client.send(session, pair.request(requestBytes(i)));
        }
        until("the answers", () -> client.responses() == COUNT);
        assertThat(client.errors()).isZero();
        until("the relay's pool is whole", () -> pool.available() == 8);
    }

    private static int requestBytes(final int i) {
        return i % 3 == 0 ? 100 + i : BYTES / COUNT * i;
    }

    private static int responseBytes(final int i) {
        return i % 5 < 3 ? i : BYTES - i;
    }
}
