// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The server's clock runs fast, so that what takes seconds takes less here. */
@DisplayName("A client that sends a request as slowly as it can without being taken for dead")
class TricklingPeerTest extends ServerUnderAttack {
    private static final int SPEED = 8;

    @Override
    Target open() {
        return new Target(
                net, PortalOptions.defaults(), Target.MSG_COUNT, () -> System.nanoTime() * SPEED);
    }

    @Test
    void isSentAwayAndItsMessageIsFree() throws IOException {
        final RawPeer peer = member();
        final byte[] request = Frames.request(1, 100, 4000);
        peer.send(Arrays.copyOf(request, 100));
        for (int i = 100; i < request.length && target.closed.isEmpty(); i++) {
            peer.sendInVain(request[i]);
            final long next = System.nanoTime() + 20_000_000;
            Wait.until("the next byte's time", () -> System.nanoTime() > next);
        }

        peer.expectGoodbye(EventReason.LIMIT_REACHED);
        assertThat(assertEnded(EventReason.LIMIT_REACHED).detail()).contains("4000 bytes");
        assertThat(target.loop.call(target.portal::counters).slowPayloads()).isEqualTo(1);
        assertThat(target.requests).as("requests that were delivered").hasValue(0);
    }

    @Test
    void whoIsSlowAndFasterThanTheLimitIsServed() throws IOException {
        final RawPeer peer = member();
        final byte[] request = Frames.request(1, 100, 60_000);
        // More than 1024 bytes of the server's seconds, for more than the five that are free.
        for (int sent = 0; sent < request.length; sent += 1200) {
            peer.send(Arrays.copyOfRange(request, sent, Math.min(request.length, sent + 1200)));
            final long next = System.nanoTime() + 20_000_000;
            Wait.until("the next piece's time", () -> System.nanoTime() > next);
        }

        assertThat(peer.receive().type()).isEqualTo(FrameType.RESPONSE);
        assertThat(target.closed).isEmpty();
    }
}
