// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.MsgPool;
import io.verbena.PoolGrowth;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionState;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Back-pressure is end to end and nothing is dropped: guarantee 4. */
public interface BackPressureContract extends Part {
    /** Sends requests, each as soon as there is a message for it, until all are answered. */
    private void sendAll(
            final Pair pair,
            final List<RecordingClient> clients,
            final List<ClientSession> sessions,
            final int count,
            final int length) {
        final int[] sent = new int[1];
        pair.until(
                count + " answers",
                () -> {
                    while (sent[0] < count && pair.clientPool.available() > 0) {
                        final int next = sent[0] % clients.size();
                        clients.get(next).send(sessions.get(next), pair.request(length));
                        sent[0]++;
                    }
                    return clients.stream().mapToInt(RecordingClient::responses).sum() == count;
                });
    }

    @Test
    default void aThousandRequestsGetThroughAPoolOfFour() {
        final Pair pair =
                scene().pair()
                        .clientPool(256, 64, 64)
                        .serverPool(4, 64, 64)
                        .serverSession(options -> options.withWindow(1000))
                        .established();
        sendAll(pair, List.of(pair.client), List.of(pair.session()), 1000, 40);
        assertThat(pair.client.responses()).isEqualTo(1000);
        assertThat(pair.client.errors()).isZero();
        pair.until("the pool is whole", () -> pair.serverPool.available() == 4);
    }

    @Test
    default void sessionsThatShareASmallPoolStallAndAllGetThrough() {
        final Pair pair =
                scene().pair()
                        .clientPool(256, 64, 64)
                        .serverPool(4, 64, 64)
                        .serverSession(options -> options.withWindow(1000))
                        .established();
        final List<RecordingClient> clients = new ArrayList<>(List.of(pair.client));
        final List<ClientSession> sessions = new ArrayList<>(List.of(pair.session()));
        for (int i = 0; i < 4; i++) {
            clients.add(scene().client());
            sessions.add(pair.connectAnother(clients.get(i + 1)));
        }
        final List<RecordingServer.Held> held = pair.server.held();
        pair.server.whenRequest(
                (session, msg) -> {
                    held.add(new RecordingServer.Held(session, msg));
                    if (held.size() == 4) {
                        pair.serverQueue.execute(
                                () -> {
                                    while (!held.isEmpty()) {
                                        pair.server.echoFirst();
                                    }
                                });
                    }
                });
        sendAll(pair, clients, sessions, 1000, 40);
        assertThat(clients).allMatch(client -> client.responses() == 200);
        assertThat(pair.serverQueue.counters().poolStalls()).isPositive();
        pair.until("the pool is whole", () -> pair.serverPool.available() == 4);
    }

    @Test
    default void aClientSendsNoMoreThanTheServersWindow() {
        final Pair pair =
                scene().pair().serverSession(options -> options.withWindow(3)).established();
        pair.server.hold();
        pair.sendMany(10, 8);
        pair.untilRequests(3);
        scene().untilQuiet();
        assertThat(pair.server.requests()).isEqualTo(3);
        pair.server.echoFirst();
        pair.untilRequests(4);
        scene().untilQuiet();
        assertThat(pair.server.requests()).isEqualTo(4);
        assertThat(pair.clientQueue.counters().requestsSent()).isEqualTo(4);
    }

    @Test
    default void aServerThatTakesNothingLosesNothing() {
        final Pair pair = scene().pair().clientPool(64, 64, 64).serverPool(2, 64, 64).established();
        pair.server.hold();
        pair.sendMany(64, 33);
        pair.untilRequests(2);
        scene().untilQuiet();
        for (int i = 1; i <= 64; i++) {
            pair.untilRequests(i);
            pair.server.echoFirst();
        }
        pair.untilResponses(64);
    }

    @Test
    default void aPoolThatRunsDryIsGrown() {
        final List<Integer> asked = new ArrayList<>();
        final List<MsgPool> grown = new ArrayList<>();
        final PoolGrowth growth =
                bytes -> {
                    asked.add(bytes);
                    grown.add(scene().loosePool(4, 128, 128));
                    return grown.get(grown.size() - 1);
                };
        final Pair pair =
                scene().pair()
                        .serverPool(2, 64, 64)
                        .serverQueue(options -> options.withPoolGrowth(growth))
                        .established();
        pair.server.hold();
        pair.sendMany(10, 33);
        pair.untilRequests(10);
        assertThat(asked).containsExactly(33, 33);
        assertThat(pair.server.held().get(2).msg().pool()).isSameAs(grown.get(0));
        pair.server.discardHeld();
        pair.until("10 errors", () -> pair.client.errors() == 10);
        scene().timePasses(true);
        pair.serverQueue.close();
        assertThat(grown).allMatch(MsgPool::isClosed);
    }

    @Test
    default void aRequestTooLargeForEveryPoolMayBeGrownFor() {
        final PoolGrowth growth = bytes -> scene().loosePool(2, bytes, 128);
        final Pair pair =
                scene().pair()
                        .serverPool(2, 64, 64)
                        .serverQueue(options -> options.withPoolGrowth(growth))
                        .established();
        pair.server.whenRequest(ServerAnswers::empty);
        pair.roundTrip(1000);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void aServerWithoutAnyPoolMayGrowOne() {
        final EventQueueHandler serverQueue =
                scene().queue(
                                scene().options()
                                        .withPoolGrowth(bytes -> scene().loosePool(2, 256, 256)));
        final RecordingServer server = scene().server();
        final ServerPortal portal =
                ServerPortal.listen(
                        serverQueue,
                        transport().listenUri(),
                        request -> request.accept(server),
                        transport().portalOptions());
        final EventQueueHandler clientQueue = scene().queue();
        final MsgPool pool = scene().pool(clientQueue, 2, 64, 64, PoolUse.CLIENT);
        final RecordingClient client = scene().client();
        final ClientSession session =
                ClientSession.connect(
                        clientQueue, portal.uri(), client, transport().connectOptions());
        client.send(session, pool.take());
        scene().until("an answer", () -> client.responses() == 1);
    }

    @Test
    default void aGrowthThatDeclinesIsBackPressure() {
        final List<Integer> asked = new ArrayList<>();
        final Pair pair =
                scene().pair()
                        .serverPool(2, 64, 64)
                        .serverQueue(
                                options ->
                                        options.withPoolGrowth(
                                                bytes -> {
                                                    asked.add(bytes);
                                                    return null;
                                                }))
                        .established();
        pair.server.hold();
        pair.sendMany(8, 33);
        pair.untilRequests(2);
        scene().untilQuiet();
        assertThat(asked).isNotEmpty().containsOnly(33);
        assertThat(pair.server.requests()).isEqualTo(2);
        assertThat(pair.serverQueue.counters().poolStalls()).isPositive();
        while (pair.client.responses() < 8) {
            if (!pair.server.held().isEmpty()) {
                pair.server.echoFirst();
            }
            scene().runOnce();
        }
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    default void aGrowthThatThrowsDeclinesAndTheLoopsCallerIsTold() {
        final Pair pair =
                scene().pair()
                        .serverPool(1, 64, 64)
                        .serverQueue(
                                options ->
                                        options.withPoolGrowth(
                                                bytes -> {
                                                    throw new FailureContract.Thrown();
                                                }))
                        .established();
        pair.server.hold();
        pair.sendMany(2, 33);
        assertThatThrownBy(() -> pair.until("a throw", () -> false))
                .isInstanceOf(FailureContract.Thrown.class);
        pair.untilRequests(1);
        pair.server.echo();
        pair.server.echoFirst();
        pair.untilResponses(2);
        assertThat(pair.serverQueue.counters().handlerFailures()).isPositive();
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    default void aGrowthThatGivesAPoolThatIsTooSmallIsAFailureAndNotACrash() {
        final MsgPool small = scene().loosePool(1, 8, 8);
        final Pair pair =
                scene().pair()
                        .serverPool(1, 64, 64)
                        .serverQueue(options -> options.withPoolGrowth(bytes -> small))
                        .established();
        pair.server.hold();
        pair.sendMany(2, 33);
        assertThatThrownBy(() -> pair.until("a throw", () -> false))
                .isInstanceOf(IllegalArgumentException.class);
        pair.untilRequests(1);
        pair.server.echo();
        pair.server.echoFirst();
        pair.untilResponses(2);
    }

    @Test
    default void responsesToASlowReaderWaitAndArrive() {
        final Pair pair = scene().pair().pools(64, 100_000).established();
        pair.server.hold();
        pair.sendMany(64, 100_000);
        pair.untilRequests(64);
        final List<RecordingServer.Held> all = new ArrayList<>(pair.server.held());
        pair.server.held().clear();
        // 6.4 MB in one go, while nobody reads
        for (final RecordingServer.Held held : all) {
            held.echo();
        }
        final ServerSession session = pair.serverSession();
        assertThat(session.state()).isEqualTo(SessionState.ESTABLISHED);
        pair.client.whenResponse(
                (client, msg) -> Payload.check(msg, 100_000, (Long) msg.userContext()));
        pair.untilResponses(64);
        pair.until("the pool is whole", () -> pair.serverPool.available() == 64);
    }
}
