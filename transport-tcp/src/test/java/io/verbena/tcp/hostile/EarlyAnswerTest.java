// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.SessionOptions;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A server that answers what it has not received")
class EarlyAnswerTest extends ClientUnderAttack {
    /** More than the kernel takes at once. */
    private static final int SENT_IN_PIECES = 8 << 20;

    @Override
    int messageBytes() {
        return SENT_IN_PIECES;
    }

    @Override
    int messages() {
        return 4;
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameType.RESPONSE, FrameType.FAILURE})
    void isHeardWhenTheRequestHasLeftAsItsMemoryIsInUseUntilThen(final int type)
            throws IOException {
        final RawPeer peer = accepted();
        victim.send(SENT_IN_PIECES);
        final RawPeer.Head head = peer.receiveHead();
        assertThat(head.length()).isEqualTo(SENT_IN_PIECES);
        peer.send(Frames.control(type, 1, head.id(), EventReason.DISCARDED.code()));
        healthy.assertUnharmed();
        assertThat(answers()).as("answers while the request is being sent").isZero();
        assertThat(clients.loop.call(victim.session::inFlight)).isEqualTo(1);
        peer.skip(SENT_IN_PIECES);

        Wait.until("the answer", () -> answers() == 1);
        assertThat(victim.closed).isNull();
        request(peer, 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameType.RESPONSE, FrameType.FAILURE})
    void andNeverReadsTheRequestIsAStalledPeer(final int type) throws IOException {
        final RawPeer peer =
                accepted(
                        Frames.WINDOW,
                        ConnectOptions.defaults()
                                .withSession(
                                        SessionOptions.defaults()
                                                .withKeepaliveIntervalNs(
                                                        TimeUnit.MILLISECONDS.toNanos(50))));
        victim.send(SENT_IN_PIECES);
        final RawPeer.Head head = peer.receiveHead();
        peer.send(Frames.control(type, 1, head.id(), EventReason.DISCARDED.code()));

        assertEnded(EventReason.PEER_STALLED, 1);
        assertThat(log.lines("PEER_STALLED")).as("lines in the log").hasSize(1);
    }

    @Test
    void andSaysGoodbyeWithoutReadingIsLeftWhenTheTimeToCloseIsOver() throws IOException {
        final RawPeer peer =
                accepted(
                        Frames.WINDOW,
                        ConnectOptions.defaults()
                                .withSession(
                                        SessionOptions.defaults()
                                                .withKeepaliveIntervalNs(0)
                                                .withCloseTimeoutNs(
                                                        TimeUnit.MILLISECONDS.toNanos(200))));
        victim.send(SENT_IN_PIECES);
        peer.receiveHead();
        peer.send(Frames.goodbye(EventReason.CLOSED_BY_SELF.code()));

        assertEnded(EventReason.CLOSED_BY_PEER, 1);
    }

    private int answers() {
        return victim.responses.get() + victim.errors.size();
    }
}
