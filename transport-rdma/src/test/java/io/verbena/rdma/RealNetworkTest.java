// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.VerbenaException;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.net.URI;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Faults of the network and of devices, on real verbs")
class RealNetworkTest extends RealTest {
    private static final int BYTES = 20_000;
    private static final String SPARE = "10.0.2.1";

    @BeforeEach
    void inTheVirtualMachineOnly() {
        Guest.assume();
    }

    @AfterEach
    void mend() {
        Guest.shell("for i in v0 v1; do tc qdisc del dev $i root 2>&1 || true; done");
        Guest.shell("! rdma link show rxe2/1 2>/dev/null || rdma link delete rxe2");
        Guest.shell("! ip link show d0 >/dev/null 2>&1 || ip link delete d0");
    }

    /**
     * What the first device sends to the second, and gets from it, goes through this. SoftRoCE has
     * no congestion control and waits half a second for what is lost at the end of a burst.
     */
    @ParameterizedTest
    @ValueSource(strings = {"loss 1%", "delay 2ms 1ms", "duplicate 5%", "delay 1ms reorder 10%"})
    void thatLoseOrDelayPacketsLoseNoMessageAndKeepTheOrder(final String fault) {
        playAt(Guest.peer());
        final Pair pair = livePair().pools(32, BYTES).established();
        final Random random = new Random(50);
        final int[] seen = new int[1];
        pair.server.whenRequest(
                (session, msg) -> {
                    Payload.check(msg, msg.in().limit(), seen[0]++);
                    RecordingServer.echo(session, msg);
                });
        pair.client.whenResponse(
                (session, msg) ->
                        Payload.check(msg, msg.out().position(), (Long) msg.userContext()));
        Guest.shell(
                "tc qdisc add dev v0 root netem %s && tc qdisc add dev v1 root netem %s"
                        .formatted(fault, fault));
        final int count = 200;
        for (int i = 0; i < count; i++) {
            until("a free message", () -> pair.clientPool.available() > 0);
            pair.send(random.nextBoolean() ? random.nextInt(500) : random.nextInt(BYTES));
        }
        until("the answers", () -> pair.client.responses() == count || pair.client.isClosed());
        assertThat(pair.client.closed()).isNull();
        assertThat(pair.client.contexts()).isEqualTo(LongStream.range(0, count).boxed().toList());
        Guest.shell("tc qdisc del dev v0 root && tc qdisc del dev v1 root");
        pair.session().close();
        until("CLOSED", pair.client::isClosed);
    }

    /** Eight times half a second without an acknowledgement, says the queue pair's time-out. */
    @Test
    void thatAreGoneEndTheSessionsThatUseThem() {
        playAt(Guest.peer());
        final Pair pair = livePair().pools(4, BYTES).established();
        pair.roundTrip(BYTES);
        Guest.shell("tc qdisc add dev v0 root netem loss 100%");
        pair.send(10);
        until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(pair.client.closed().detail()).contains("acknowledge");
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        Guest.shell("tc qdisc del dev v0 root");
        final RecordingClient again = scene().client();
        final ClientSession session = pair.connectAnother(again);
        again.send(session, pair.request(BYTES));
        until("an answer", () -> again.responses() == 1);
    }

    // ---- a device of the test's own

    private void makeDevice() {
        Guest.shell(
                "ip link add d0 type dummy && ip address add %s/24 dev d0 && ip link set d0 up"
                                .formatted(SPARE)
                        + " && rdma link add rxe2 type rxe netdev d0");
    }

    private ServerPortal listen(final EventQueueHandler queue, final RecordingServer server) {
        final ServerPortal[] portal = new ServerPortal[1];
        // The device's addresses are known a little after it is there.
        until(
                "a portal",
                () -> {
                    try {
                        portal[0] =
                                ServerPortal.listen(
                                        queue,
                                        URI.create("rdma://%s:0".formatted(SPARE)),
                                        request -> request.accept(server));
                    } catch (final VerbenaException e) {
                        assertThat(e.reason()).isEqualTo(EventReason.BIND_FAILED);
                    }
                    return portal[0] != null;
                });
        return portal[0];
    }

    private RecordingClient underLoad(
            final EventQueueHandler queue, final MsgPool pool, final URI portal) {
        final RecordingClient client = scene().client();
        final ClientSession session = ClientSession.connect(queue, portal, client);
        client.whenResponse(
                (same, msg) -> {
                    msg.out().clear().position(BYTES);
                    client.send(same, msg);
                });
        for (int i = 0; i < 4; i++) {
            final var msg = pool.take();
            msg.out().position(BYTES);
            client.send(session, msg);
        }
        until("answers", () -> client.responses() > 20 || client.isClosed());
        assertThat(client.closed()).isNull();
        return client;
    }

    private void untilFailed(final RecordingClient client, final RecordingServer server) {
        until("CLOSED", client::isClosed);
        until("CLOSED at the server", () -> server.closedSessions() == 1);
        client.assertClosed(EventReason.TRANSPORT_ERROR);
        server.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(client.errorReasons()).hasSize(4).containsOnly(EventReason.FLUSHED);
    }

    @Test
    void thatAreSetDownEndTheSessionsUnderLoadAndAreUsedAgainWhenTheyAreUp() {
        makeDevice();
        final EventQueueHandler serverQueue = scene().queue(scene().realTimeOptions());
        final EventQueueHandler clientQueue = scene().queue(scene().realTimeOptions());
        final MsgPool answers = scene().pool(serverQueue, 8, BYTES, BYTES, PoolUse.SERVER);
        final MsgPool pool = scene().pool(clientQueue, 8, BYTES, BYTES, PoolUse.CLIENT);
        final RecordingServer server = scene().server();
        final ServerPortal portal = listen(serverQueue, server);
        final RecordingClient client = underLoad(clientQueue, pool, portal.uri());
        Guest.run("ip", "link", "set", "d0", "down");
        untilFailed(client, server);
        assertThat(client.closed().detail()).contains("port 1");
        assertThat(pool.available()).isEqualTo(8);
        assertThat(answers.available()).isEqualTo(8);

        Guest.run("ip", "link", "set", "d0", "up");
        until(
                "a session",
                () -> {
                    final RecordingClient again = scene().client();
                    final ClientSession session =
                            ClientSession.connect(clientQueue, portal.uri(), again);
                    until("an outcome", () -> again.isEstablished() || again.isClosed());
                    if (again.isEstablished()) {
                        again.send(session, pool.take());
                        until("an answer", () -> again.responses() == 1);
                    }
                    return again.isEstablished();
                });
    }

    @Test
    void thatAreRemovedEndTheSessionsUnderLoadAndAreUsedAgainWhenTheyAreBack() {
        final Pair others = livePair().pools(4, BYTES).established();
        makeDevice();
        final EventQueueHandler serverQueue = scene().queue(scene().realTimeOptions());
        final EventQueueHandler clientQueue = scene().queue(scene().realTimeOptions());
        final MsgPool answers = scene().pool(serverQueue, 8, BYTES, BYTES, PoolUse.SERVER);
        final MsgPool pool = scene().pool(clientQueue, 8, BYTES, BYTES, PoolUse.CLIENT);
        final RecordingServer server = scene().server();
        final ServerPortal portal = listen(serverQueue, server);
        final RecordingClient client = underLoad(clientQueue, pool, portal.uri());
        // Which waits until nobody uses it.
        final CompletableFuture<String> removal =
                CompletableFuture.supplyAsync(() -> Guest.run("rdma", "link", "delete", "rxe2"));
        untilFailed(client, server);
        until("the device is gone", removal::isDone);
        removal.join();
        assertThat(pool.available()).isEqualTo(8);
        assertThat(answers.available()).isEqualTo(8);
        others.roundTrip(BYTES);
        portal.close();

        Guest.run("rdma", "link", "add", "rxe2", "type", "rxe", "netdev", "d0");
        final RecordingServer next = scene().server();
        final ServerPortal second = listen(serverQueue, next);
        final RecordingClient again = scene().client();
        final ClientSession session = ClientSession.connect(clientQueue, second.uri(), again);
        for (final int length : new int[] {10, BYTES}) {
            final var msg = pool.take();
            msg.out().position(length);
            again.send(session, msg);
        }
        until("answers", () -> again.responses() == 2 || again.isClosed());
        assertThat(again.closed()).isNull();
        others.roundTrip(BYTES);
    }
}
