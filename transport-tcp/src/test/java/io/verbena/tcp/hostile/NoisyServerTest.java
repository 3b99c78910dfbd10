// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.wire.FrameType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Servers that send frames at random")
class NoisyServerTest extends ClientUnderAttack {
    private static final int SERVERS = 300;
    private static final int[] SIZES = {0, 10, 4096, 60_000};

    @Test
    void eachEndTheirSessionWithEveryRequestAnsweredOrFailedOnce() throws IOException {
        final long seed = Long.getLong("verbena.seed", System.nanoTime());
        try {
            for (int i = 0; i < SERVERS; i++) {
                attack(new FrameNoise(seed + i));
            }
            Wait.until(
                    "all messages but the healthy session's",
                    () -> clients.loop.call(clients.pool::available) >= messages() - 1);
        } catch (final AssertionError e) {
            throw new AssertionError("again with -Dverbena.seed=" + seed + ": " + e, e);
        }
    }

    private void attack(final FrameNoise noise) throws IOException {
        try (RawPeer peer = connected()) {
            for (final int size : SIZES) {
                victim.send(size);
            }
            peer.sendInVain(Frames.accept(noise.below(5), Frames.WINDOW));
            final List<Long> ids = new ArrayList<>();
            if (noise.below(3) > 0) {
                receive(peer, ids, noise.below(SIZES.length));
            }
            for (int n = noise.below(12); n > 0; n--) {
                peer.sendInVain(noise.fromServer(ids));
            }
            if (noise.below(4) == 0) {
                peer.sendInVain(Frames.goodbye(noise.below(40)));
            }
            if (noise.below(2) == 0) {
                peer.reset();
            }
        }
        victim.awaitClosed();
        assertThat(victim.responses.get() + victim.errors.size())
                .as("requests that came back")
                .isEqualTo(SIZES.length);
    }

    /** Some of the requests, as far as there are credits for them. */
    private static void receive(final RawPeer peer, final List<Long> ids, final int count)
            throws IOException {
        peer.send(Frames.control(FrameType.KEEPALIVE, 0, 0, 0));
        for (int i = 0; i < count; i++) {
            final RawPeer.Head head = peer.headIfAny();
            if (head == null) {
                return;
            }
            peer.skip(head.length());
            ids.add(head.id());
        }
    }
}
