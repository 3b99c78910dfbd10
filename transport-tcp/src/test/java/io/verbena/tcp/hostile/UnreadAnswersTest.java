// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A client that sends as much as it can before it reads an answer")
class UnreadAnswersTest extends ServerUnderAttack {
    private static final int REQUESTS = Target.MSG_COUNT - 4;
    private static final int LENGTH = 60_000;
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** One on its way, one behind it, one that is being received, and what the healthy have. */
    private static final int FEW = 6;

    @Test
    void takesFewOfTheMessagesThatAllShareAndIsAnsweredInOrderAllTheSame() throws IOException {
        final RawPeer peer = member();
        final Unsent unsent = new Unsent(peer, requests());
        int fewestFree = Target.MSG_COUNT;
        long quietSince = System.nanoTime();
        while (System.nanoTime() - quietSince < QUIET_NS) {
            final int before = unsent.sent;
            quietSince = unsent.trySend() > before ? System.nanoTime() : quietSince;
            fewestFree = Math.min(fewestFree, target.loop.call(target.pool::available));
        }
        assertThat(fewestFree)
                .as("messages that were free at any time")
                .isGreaterThanOrEqualTo(Target.MSG_COUNT - FEW);

        for (int i = 0; i < REQUESTS; i++) {
            // All before it is answered, so that the server reads it.
            final int end = unsent.all.length / REQUESTS * (i + 1);
            Wait.until("the room for request " + i, () -> unsent.trySend() >= end);
            final RawPeer.Head head = peer.receiveHead();
            assertThat(head.id()).isEqualTo(i);
            peer.skip(head.length());
        }
    }

    private static final class Unsent {
        private final RawPeer peer;
        private final byte[] all;
        private int sent;

        Unsent(final RawPeer peer, final byte[] all) {
            this.peer = peer;
            this.all = all;
        }

        int trySend() {
            try {
                sent += peer.sendWhatFits(Arrays.copyOfRange(all, sent, all.length));
                return sent;
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static byte[] requests() {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < REQUESTS; i++) {
            all.writeBytes(Frames.request(i, Target.MSG_BYTES, LENGTH));
        }
        return all.toByteArray();
    }
}
