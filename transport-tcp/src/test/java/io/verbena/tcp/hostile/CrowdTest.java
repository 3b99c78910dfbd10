// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A crowd of clients")
class CrowdTest extends ServerUnderAttack {
    private static final int MAX_PENDING = 1000;
    private static final int CROWD = 10_000;
    private static final int CHURN = 5_000;

    /** Sockets that were told why they are closed, and may stay until the peer has read it. */
    private static final int LINGERING = 512;

    private static final int SLACK = 200;

    @Override
    Target open() {
        return new Target(
                net,
                PortalOptions.defaults()
                        .withMaxPending(MAX_PENDING)
                        .withHelloTimeoutNs(TimeUnit.SECONDS.toNanos(60)));
    }

    /** As many as the descriptors suffice for, the client's half being in this process too. */
    private static int crowd() {
        final long left =
                Memory.maxDescriptors()
                        - Memory.openDescriptors()
                        - MAX_PENDING
                        - LINGERING
                        - SLACK;
        return (int) Math.min(CROWD, left);
    }

    @Test
    void thatSaysNothingIsKeptToTheLimitByDroppingWhoHasBeenSilentLongest() throws Exception {
        final int size = crowd();
        final String scale =
                "%d silent connections (%d descriptors are allowed here)"
                        .formatted(size, Memory.maxDescriptors());
        assertThat(size).as(scale).isGreaterThan(MAX_PENDING + LINGERING);
        final long descriptorsBefore = Memory.openDescriptors();
        final List<SocketChannel> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < size; i++) {
                crowd.add(net.connect(target.uri()));
            }
            Wait.until(
                    scale + ": all but the newest are dropped",
                    () -> target.refused.size() >= size - MAX_PENDING);

            assertThat(target.refused)
                    .as(scale)
                    .hasSize(size - MAX_PENDING)
                    .allMatch(each -> each.reason() == EventReason.LIMIT_REACHED);
            assertThat(Memory.openDescriptors() - descriptorsBefore - size)
                    .as(scale + ": the server's descriptors")
                    .isLessThanOrEqualTo(MAX_PENDING + LINGERING + SLACK);
            assertTheOldestWasTold(crowd.get(0));
            assertTheNewestIsWelcome(crowd.remove(crowd.size() - 1));
            try (Clients others = new Clients()) {
                others.healthy(target.uri()).assertUnharmed();
            }
            healthy.assertUnharmed();
            assertThat(log.lines("LIMIT_REACHED").size())
                    .as("lines in the log")
                    .isLessThan(size / 10);
        } finally {
            for (final SocketChannel each : crowd) {
                each.close();
            }
        }
        Wait.until(
                scale + ": all are gone", () -> target.counters().connectionsRefused() == size - 1);
    }

    private void assertTheOldestWasTold(final SocketChannel oldest) throws IOException {
        // Whoever was cut off before it could read that has been reset.
        try (RawPeer peer = new RawPeer(oldest)) {
            final List<RawPeer.Frame> frames = peer.receiveAll();
            assertThat(frames).hasSizeLessThanOrEqualTo(1);
            assertThat(frames).allMatch(each -> each.room() == EventReason.LIMIT_REACHED.code());
        }
    }

    private void assertTheNewestIsWelcome(final SocketChannel newest) throws IOException {
        try (RawPeer peer = new RawPeer(newest)) {
            peer.send(Frames.hello("/hostile"));
            assertThat(peer.receive().credits()).as("credits of the newest").isPositive();
        }
    }

    @Test
    void thatComesAndGoesLeavesNothing() throws Exception {
        for (int i = 0; i < CHURN; i++) {
            final RawPeer peer = RawPeer.connect(net, target.uri());
            switch (i % 5) {
                case 0 -> {}
                case 1 -> peer.send(new byte[7]);
                case 2 -> peer.sendInVain(Frames.httpRequest());
                case 3 -> peer.send(Frames.hello("/hostile"));
                default -> {
                    peer.send(Frames.hello("/hostile"));
                    assertThat(peer.receive().credits()).isPositive();
                    peer.send(Frames.request(i, 100, 100));
                }
            }
            if (i % 2 == 0) {
                peer.reset();
            } else {
                peer.close();
            }
        }
        Wait.until(
                "the end of " + CHURN, () -> target.refused.size() + target.closed.size() == CHURN);

        final int open = target.loop.call(target.portal::sessions);
        assertThat(open).as("sessions that are left: the healthy one").isEqualTo(1);
        Wait.until(
                "all messages but the healthy session's",
                () -> target.loop.call(target.pool::available) >= Target.MSG_COUNT - 1);
    }
}
