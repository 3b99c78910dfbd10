// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Clients that send frames at random")
class NoisyClientTest extends ServerUnderAttack {
    private static final int PEERS = 400;

    /** So many in a row have their requests held; no more than there are messages for. */
    private static final int HOLDERS = 4;

    private static final Set<EventReason> TRUE_REASONS =
            EnumSet.of(
                    EventReason.PROTOCOL_ERROR,
                    EventReason.TRANSPORT_ERROR,
                    EventReason.CLOSED_BY_PEER,
                    // What a GOODBYE may say of this side.
                    EventReason.VERSION_MISMATCH,
                    EventReason.LIMIT_REACHED,
                    EventReason.HELLO_TIMEOUT,
                    EventReason.TLS_FAILED,
                    EventReason.AUTHENTICATION_FAILED);

    @Test
    void eachEndForATrueReasonAndLeaveEveryMessageInItsPlace() throws IOException {
        final long seed = Long.getLong("verbena.seed", System.nanoTime());
        try {
            for (int i = 0; i < PEERS; i++) {
                if (i % (2 * HOLDERS) == 0) {
                    target.manners(Target.Manners.HOLD);
                }
                attack(new FrameNoise(seed + i));
                if (i % (2 * HOLDERS) == HOLDERS - 1) {
                    target.release();
                }
            }
            target.release();
            Wait.until(
                    "the end of all", () -> target.closed.size() + target.refused.size() == PEERS);

            assertThat(target.closed).allMatch(each -> TRUE_REASONS.contains(each.reason()));
            assertThat(target.loop.call(target.portal::sessions)).isEqualTo(1);
            Wait.until(
                    "all messages but the healthy session's",
                    () -> target.loop.call(target.pool::available) >= Target.MSG_COUNT - 1);
        } catch (final AssertionError e) {
            throw new AssertionError("again with -Dverbena.seed=" + seed + ": " + e, e);
        }
    }

    private void attack(final FrameNoise noise) throws IOException {
        try (RawPeer peer = RawPeer.connect(net, target.uri())) {
            peer.sendInVain(Frames.hello("/hostile"));
            for (int n = noise.below(12); n > 0; n--) {
                final byte[] frame = noise.fromClient();
                final int split = noise.below(frame.length);
                peer.sendInVain(Arrays.copyOf(frame, split));
                peer.sendInVain(Arrays.copyOfRange(frame, split, frame.length));
            }
            if (noise.below(4) == 0) {
                peer.sendInVain(Frames.goodbye(noise.below(40)));
            }
            if (noise.below(3) == 0) {
                peer.sendInVain(new byte[noise.below(40)]);
            }
            if (noise.below(2) == 0) {
                peer.reset();
            }
        }
    }
}
