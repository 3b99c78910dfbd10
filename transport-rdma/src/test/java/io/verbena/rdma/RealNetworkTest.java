// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
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
    }

    /**
     * What the first device sends to the second, and gets from it, goes through this. SoftRoCE has
     * no congestion control and waits half a second for what is lost at the end of a burst.
     */
    @ParameterizedTest
    @ValueSource(strings = {"loss 1%", "delay 3ms", "duplicate 5%", "delay 1ms reorder 10%"})
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

    private Child both() {
        final Child child =
                scene().closesWithScene(
                                Child.peer(
                                        "both", "rdma://%s:0".formatted(SPARE), "60000", "65536"));
        until("a session", () -> child.hasSaid("ESTABLISHED"));
        assertThat(child.said("ESTABLISHED")).as(child.toString()).isNotNull();
        return child;
    }

    /** Both ends have closed, and the process lives. */
    private void untilBothClosed(final Child child, final String detail) {
        until("CLOSED", () -> child.all("CLOSED").size() == 2 || child.hasEnded());
        assertThat(child.all("CLOSED"))
                .as(child.toString())
                .hasSize(2)
                .allMatch(each -> each.startsWith("TRANSPORT_ERROR"))
                // The other may notice its peer's end, or that a work request fails, first.
                .anyMatch(each -> each.contains(detail));
        assertThat(child.said("LOST")).startsWith("FLUSHED");
        assertThat(child.hasEnded()).isFalse();
    }

    /**
     * With a device of the test's own, and processes that use it: SoftRoCE can't take a device from
     * a process, as drivers of hardware can. A removal is told, and ends when the last process has
     * closed the device, which librdmacm does when the process ends; until then no device can be
     * added or removed. And when it was down while the connection manager had something to say, no
     * connection is made by it any more, by whatever program, until it was removed and added. So
     * whether the same process goes on with a device that is back can't be tried here.
     */
    @Test
    void ofADeviceThatIsSetDownOrRemovedEndItsSessionsUnderLoadAndNoOthers() {
        final Pair others = livePair().pools(4, BYTES).established();
        Guest.shell(
                "ip link add d0 type dummy && ip address add %s/24 dev d0".formatted(SPARE)
                        + " && ip link set d0 up && rdma link add rxe2 type rxe netdev d0");
        final Child first = both();
        Guest.run("ip", "link", "set", "d0", "down");
        untilBothClosed(first, "port 1 of the RDMA device is down");
        others.roundTrip(BYTES);
        first.close();
        Guest.shell(
                "ip link set d0 up && rdma link delete rxe2"
                        + " && rdma link add rxe2 type rxe netdev d0");

        final Child second = both();
        final CompletableFuture<String> removal =
                CompletableFuture.supplyAsync(() -> Guest.run("rdma", "link", "delete", "rxe2"));
        untilBothClosed(second, "the RDMA device was removed");
        until("the portal's end", () -> second.hasSaid("PORTAL CLOSED"));
        assertThat(second.said("PORTAL FAILED"))
                .as(second.toString())
                .startsWith("TRANSPORT_ERROR")
                .contains(SPARE, "the RDMA device was removed");
        others.roundTrip(BYTES);
        second.close();
        until("the device is gone", removal::isDone);
        removal.join();

        Guest.run("rdma", "link", "add", "rxe2", "type", "rxe", "netdev", "d0");
        both().close();
        Guest.shell("rdma link delete rxe2 && ip link delete d0");
        others.roundTrip(BYTES);
    }
}
