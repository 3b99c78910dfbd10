// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.SessionOptions;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Peers in processes of their own, on real verbs")
class RealProcessesTest extends RealTest {
    private static final int BYTES = 4096;
    private static final String POOLED = "65536";
    private static final String SLOW = "60000";
    private static final long SLOW_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long QUICK_NS = TimeUnit.MILLISECONDS.toNanos(1500);

    /** Of all tests: to start a JVM takes longest here. */
    private static Child shared;

    private EventQueueHandler queue;
    private MsgPool pool;

    @BeforeAll
    static void startAServer() {
        Guest.assume();
        shared = startServer();
    }

    @AfterAll
    static void endTheServer() {
        if (shared != null) {
            shared.close();
        }
    }

    @BeforeEach
    void open() {
        queue = scene().queue(scene().realTimeOptions());
        pool = scene().pool(queue, 8, BYTES, BYTES, PoolUse.CLIENT);
    }

    private static Child startServer() {
        return Child.peer("serve", "rdma://%s:0".formatted(RealVerbs.address()), SLOW, POOLED);
    }

    private Child listening(final Child child) {
        until("a server", () -> child.hasSaid("LISTENING"));
        assertThat(child.said("LISTENING")).as(child.toString()).isNotNull();
        return child;
    }

    private Child startClient(final Pair pair) {
        return scene().closesWithScene(
                        Child.peer("client", pair.portal.uri().toString(), SLOW, POOLED));
    }

    private void untilEstablished(final Child child) {
        until("a client", () -> child.hasSaid("ESTABLISHED"));
        assertThat(child.said("ESTABLISHED")).as(child.toString()).isNotNull();
    }

    private ClientSession connect(
            final Child server, final RecordingClient client, final long keepaliveNs) {
        final ClientSession session =
                ClientSession.connect(
                        queue,
                        URI.create(server.said("LISTENING")),
                        client,
                        ConnectOptions.defaults()
                                .withSession(
                                        SessionOptions.defaults()
                                                .withKeepaliveIntervalNs(keepaliveNs)));
        until("ESTABLISHED", () -> client.isEstablished() || client.isClosed());
        assertThat(client.isEstablished()).as(client.toString()).isTrue();
        return session;
    }

    private void send(final RecordingClient client, final ClientSession session) {
        final var msg = pool.take();
        msg.out().position(BYTES);
        client.send(session, msg);
    }

    /** Asks again after each answer. */
    private static void askOn(final RecordingClient client) {
        client.whenResponse(
                (session, msg) -> {
                    msg.out().clear().position(BYTES);
                    client.send(session, msg);
                });
    }

    @Test
    void thatAreKilledEndTheSessionsOfTheirClients() {
        final Child server = listening(scene().closesWithScene(startServer()));
        final RecordingClient client = scene().client();
        askOn(client);
        final ClientSession session = connect(server, client, SLOW_NS);
        for (int i = 0; i < 4; i++) {
            send(client, session);
        }
        until("answers", () -> client.responses() > 20);
        server.signal("KILL");
        until("CLOSED", client::isClosed);
        client.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(client.errors()).isEqualTo(4);
        assertThat(client.errorReasons()).containsOnly(EventReason.FLUSHED);
        assertThat(pool.available()).isEqualTo(8);

        final Child next = listening(shared);
        final RecordingClient other = scene().client();
        send(other, connect(next, other, SLOW_NS));
        until("an answer", () -> other.responses() == 1);
    }

    @Test
    void thatAreKilledOrFrozenEndTheSessionsOfTheirServersAndNoOthers() {
        final Pair pair =
                livePair()
                        .pools(16, BYTES)
                        .serverSession(options -> options.withKeepaliveIntervalNs(QUICK_NS))
                        .established();
        // Side by side, as to start takes them longest.
        final Child killed = startClient(pair);
        final Child frozen = startClient(pair);
        untilEstablished(killed);
        untilEstablished(frozen);
        until("requests", () -> pair.server.requests() > 50);
        killed.signal("KILL");
        until("CLOSED", () -> pair.server.closedSessions() == 1);
        pair.server.assertClosed(EventReason.TRANSPORT_ERROR);
        final int before = pair.server.requests();
        until("requests", () -> pair.server.requests() > before + 20);
        pair.roundTrip(BYTES);

        frozen.signal("STOP");
        until("CLOSED", () -> pair.server.closedSessions() == 2);
        assertThat(pair.server.events(Event.Kind.CLOSED))
                .extracting(Event::reason)
                .containsExactlyInAnyOrder(
                        EventReason.TRANSPORT_ERROR, EventReason.KEEPALIVE_TIMEOUT);
        assertThat(pair.serverPool.available()).isEqualTo(16);
        assertThat(pair.portal.sessions()).isEqualTo(1);
        pair.roundTrip(BYTES);
        frozen.signal("CONT");
        until("CLOSED at the client", () -> frozen.hasSaid("CLOSED"));
        assertThat(frozen.said("LOST")).as(frozen.toString()).startsWith("FLUSHED");
    }

    /** While it is frozen its device still acknowledges what it is sent, and says nothing. */
    @Test
    void thatAreFrozenAreGivenUpByTheirClients() {
        final Child server = listening(shared);
        final RecordingClient client = scene().client();
        askOn(client);
        final ClientSession session = connect(server, client, QUICK_NS);
        send(client, session);
        until("answers", () -> client.responses() > 20);
        server.signal("STOP");
        until("CLOSED", client::isClosed);
        client.assertClosed(EventReason.KEEPALIVE_TIMEOUT);
        assertThat(client.errorReasons()).containsExactly(EventReason.FLUSHED);
        server.signal("CONT");
        until("CLOSED", () -> server.hasSaid("CLOSED"));
        assertThat(server.said("CLOSED")).as(server.toString()).isNotNull();

        final RecordingClient again = scene().client();
        send(again, connect(server, again, SLOW_NS));
        until("an answer", () -> again.responses() == 1);
    }

    @Test
    void thatAreFrozenForAWhileGoOnAsIfNothingHadBeen() {
        final Child server = listening(shared);
        final RecordingClient client = scene().client();
        final ClientSession session = connect(server, client, SLOW_NS);
        for (int i = 0; i < 4; i++) {
            send(client, session);
        }
        until("answers", () -> client.responses() == 4);
        server.signal("STOP");
        for (int i = 0; i < 8; i++) {
            send(client, session);
        }
        // Time enough to take them, had it not been frozen.
        final Pair pair = livePair().pools(4, BYTES).established();
        for (int i = 0; i < 20; i++) {
            pair.roundTrip(BYTES);
        }
        assertThat(client.responses()).isEqualTo(4);
        server.signal("CONT");
        until("answers", () -> client.responses() == 12);
        assertThat(client.isClosed()).isFalse();
    }

    /** Root may lock what it likes, so it must do without that right. */
    private static List<String> lockingAtMost(final int bytes) {
        return List.of(
                "setpriv",
                "--bounding-set=-ipc_lock",
                "prlimit",
                "--memlock=%d:%d".formatted(bytes, bytes));
    }

    private Child ofLittleMemory(final String what, final String uri, final int pooled) {
        Guest.assume();
        return scene().closesWithScene(
                        Child.peer(
                                lockingAtMost(1 << 20), what, uri, SLOW, Integer.toString(pooled)));
    }

    @Test
    void thatMayNotLockEnoughMemoryAreToldHowMuchTheyNeedWhenTheyConnect() {
        final Pair pair = livePair().pools(16, BYTES).listening();
        final Child client = ofLittleMemory("client", pair.portal.uri().toString(), 4 << 20);
        until("its end", () -> client.hasSaid("CLOSED"));
        assertThat(client.said("CLOSED"))
                .as(client.toString())
                .startsWith("LIMIT_REACHED")
                .contains("memlock")
                .contains(Integer.toString(2 << 20));
    }

    @Test
    void thatMayNotLockEnoughMemoryTurnTheirClientsAway() {
        final Child server =
                ofLittleMemory("serve", "rdma://%s:0".formatted(RealVerbs.address()), 4 << 20);
        until("a server", () -> server.hasSaid("LISTENING") || server.hasSaid("FAILED"));
        if (server.said("FAILED") != null) {
            assertThat(server.said("FAILED")).startsWith("LIMIT_REACHED").contains("memlock");
            return;
        }
        final RecordingClient client = scene().client();
        ClientSession.connect(queue, URI.create(server.said("LISTENING")), client);
        until("CLOSED", client::isClosed);
        assertThat(client.isEstablished()).isFalse();
        assertThat(client.closed().reason())
                .as(client.closed() + " " + server)
                .isNotIn(EventReason.CONNECT_TIMEOUT, EventReason.HELLO_TIMEOUT);
    }
}
