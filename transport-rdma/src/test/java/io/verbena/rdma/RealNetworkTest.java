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
    private static final String REMOVED = "10.0.3.1";

    @BeforeEach
    void inTheVirtualMachineOnly() {
        Guest.assume();
    }

    @AfterEach
    void mend() {
        Guest.shell("for i in v0 v1; do tc qdisc del dev $i root 2>&1 || true; done");
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

    // ---- devices of the test's own

    private static void makeDevice(final String device, final String on, final String address) {
        Guest.shell(
                "ip link add %2$s type dummy && ip address add %3$s/24 dev %2$s && ip link set %2$s up && rdma link add %1$s type rxe netdev %2$s"
                        .formatted(device, on, address));
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
        // It stays: this process will have it open.
        makeDevice("rxe2", "d0", SPARE);
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

    private Child both() {
        return scene().closesWithScene(
                        Child.peer("both", "rdma://%s:0".formatted(REMOVED), "60000", "65536"));
    }

    /**
     * In a process of its own: SoftRoCE can't take a device from a process, as drivers of hardware
     * can. The removal is told, and ends when the last process has closed the device, which
     * librdmacm does when the process ends; until then no device can be added or removed. So that
     * the same process goes on with a device that is back can't be tried here.
     */
    @Test
    void thatAreRemovedEndTheSessionsUnderLoadAndAreUsedWhenTheyAreBack() {
        makeDevice("rxe3", "d1", REMOVED);
        final Pair others = livePair().pools(4, BYTES).established();
        final Child child = both();
        until("a session", () -> child.hasSaid("ESTABLISHED"));
        assertThat(child.said("ESTABLISHED")).as(child.toString()).isNotNull();
        final CompletableFuture<String> removal =
                CompletableFuture.supplyAsync(() -> Guest.run("rdma", "link", "delete", "rxe3"));
        until("CLOSED", () -> child.all("CLOSED").size() == 2 || child.hasEnded());
        assertThat(child.all("CLOSED"))
                .hasSize(2)
                .allMatch(each -> each.startsWith("TRANSPORT_ERROR"))
                .allMatch(each -> each.contains("removed"));
        assertThat(child.said("LOST")).startsWith("FLUSHED");
        others.roundTrip(BYTES);
        assertThat(child.hasEnded()).isFalse();
        child.close();
        until("the device is gone", removal::isDone);
        removal.join();

        Guest.run("rdma", "link", "add", "rxe3", "type", "rxe", "netdev", "d1");
        final Child next = both();
        until("a session", () -> next.hasSaid("ESTABLISHED"));
        assertThat(next.said("ESTABLISHED")).as(next.toString()).isNotNull();
        next.close();
        Guest.shell("rdma link delete rxe3 && ip link delete d1");
        others.roundTrip(BYTES);
    }
}
