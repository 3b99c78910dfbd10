// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.SessionOptions;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A client that is slow, or isn't there")
class SlowPeersTest extends ServerUnderAttack {
    private static final long HELLO_NS = TimeUnit.MILLISECONDS.toNanos(400);
    private static final long KEEPALIVE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int MISSES = 3;
    private static final int ROOM = Target.MSG_BYTES;

    @Override
    Target open() {
        return new Target(
                net,
                PortalOptions.defaults()
                        .withHelloTimeoutNs(HELLO_NS)
                        .withSession(
                                SessionOptions.defaults()
                                        .withKeepaliveIntervalNs(KEEPALIVE_NS)
                                        .withKeepaliveMisses(MISSES)
                                        .withCloseTimeoutNs(CLOSE_NS)));
    }

    // ---- HELLO

    @Test
    void thatSaysNothingIsToldSoWhenTheTimeForHelloIsOver() throws IOException {
        final long start = System.nanoTime();
        final RawPeer peer = stranger();

        peer.expectGoodbye(EventReason.HELLO_TIMEOUT);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(HELLO_NS - 10_000_000);
        assertRefused(EventReason.HELLO_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 39})
    void thatStopsInTheMiddleOfItsHelloIsGivenNoMoreTime(final int length) throws IOException {
        final RawPeer peer = stranger();
        peer.send(Arrays.copyOf(Frames.hello("/hostile"), length));

        peer.expectGoodbye(EventReason.HELLO_TIMEOUT);
        assertRefused(EventReason.HELLO_TIMEOUT);
    }

    @Test
    void thatSaysHelloByteByByteIsGivenNoMoreTime() throws IOException {
        final RawPeer peer = stranger();
        final byte[] hello = Frames.hello("/hostile");
        for (int i = 0; i < hello.length - 1 && target.refused.isEmpty(); i++) {
            peer.sendInVain(hello[i]);
            final long next = System.nanoTime() + HELLO_NS / 10;
            Wait.until("the next byte's time", () -> System.nanoTime() > next);
        }

        peer.expectGoodbye(EventReason.HELLO_TIMEOUT);
        assertRefused(EventReason.HELLO_TIMEOUT);
    }

    @Test
    void whomNobodyDecidesOnIsToldSoWhenTheTimeIsOver() throws IOException {
        target.manners(Target.Manners.UNDECIDED);
        final RawPeer peer = stranger();
        peer.send(Frames.hello("/hostile"));

        peer.expectGoodbye(EventReason.HELLO_TIMEOUT);
        assertRefused(EventReason.HELLO_TIMEOUT);
        assertThat(target.refused.element().detail()).contains("not decided");
    }

    // ---- sessions

    @Test
    void thatIsNotHeardOfAnyMoreEndsAfterTheMissesThatAreAllowed() throws IOException {
        final long start = System.nanoTime();
        member();

        assertEnded(EventReason.KEEPALIVE_TIMEOUT);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(KEEPALIVE_NS * (MISSES - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 1000})
    void thatFreezesInTheMiddleOfAFrameEndsLikeOneThatIsSilent(final int cut) throws IOException {
        final RawPeer peer = member();
        peer.send(Arrays.copyOf(Frames.request(1, ROOM, 50_000), cut));

        assertEnded(EventReason.KEEPALIVE_TIMEOUT);
        assertThat(target.requests).as("requests that were delivered").hasValue(0);
    }

    @Test
    void thatTricklesARequestIsAlive() throws IOException {
        final RawPeer peer = member();
        final byte[] request = Frames.request(1, ROOM, 40);
        final long start = System.nanoTime();
        for (int i = 0; i < request.length; i++) {
            peer.send(request[i]);
            final long next = start + (i + 1) * KEEPALIVE_NS / 8;
            Wait.until("the next byte's time", () -> System.nanoTime() > next);
        }

        assertThat(peer.receive().type()).isEqualTo(FrameType.RESPONSE);
        assertThat(target.closed).isEmpty();
    }

    @Test
    void thatSendsAndNeverReadsIsStalledAndItsAnswersTakeNoMoreMemoryThanTheirMessages()
            throws IOException {
        final RawPeer peer = member();
        final byte[] request = Frames.request(1, ROOM, 60_000);
        final byte[] keepalive = Frames.control(FrameType.KEEPALIVE, 0, 0, 0);
        final int maxRequests = Target.MSG_COUNT - 4;
        final long before = Memory.directBytes();
        for (int i = 0; i < maxRequests; i++) {
            peer.send(request);
        }
        Wait.until("all requests", () -> target.requests.get() == maxRequests);
        assertThat(Memory.directBytes() - before)
                .as("bytes of direct memory beside the pools")
                .isLessThan(1 << 20);
        final long start = System.nanoTime();
        Wait.until(
                "the end of the session",
                () -> {
                    // Alive, so that silence isn't the reason.
                    if (System.nanoTime() - start > 0) {
                        peer.sendInVain(keepalive);
                    }
                    return !target.closed.isEmpty();
                });

        assertEnded(EventReason.PEER_STALLED);
    }

    @Test
    void thatIsAlwaysBusyMayTakeNothingAndGetsNothingMore() throws IOException {
        final RawPeer peer = member();
        final byte[] busy = Frames.frame(FrameType.KEEPALIVE, 1, 0, 0, 0, 0);
        for (int i = 0; i < Target.MSG_COUNT - 4; i++) {
            peer.send(Frames.request(i, ROOM, 60_000));
        }
        final long end = System.nanoTime() + KEEPALIVE_NS * MISSES * 3;
        while (System.nanoTime() < end) {
            peer.send(busy);
            final long next = System.nanoTime() + KEEPALIVE_NS / 4;
            Wait.until("the next heartbeat", () -> System.nanoTime() > next);
        }
        assertThat(target.closed).as("ends").isEmpty();
        for (int i = 0; i < Target.MSG_COUNT - 4; i++) {
            assertThat(peer.receive().id()).isEqualTo(i);
        }
    }

    // ---- the end

    @Test
    void thatHasSaidGoodbyeWaitsForItsAnswersAsLongAsTheCloseTimeoutAndNotTheKeepalive()
            throws IOException {
        target.manners(Target.Manners.HOLD);
        final RawPeer peer = member();
        peer.send(Frames.request(1, ROOM, 100));
        Wait.until("the request", () -> target.requests.get() == 1);
        peer.send(Frames.goodbye(EventReason.CLOSED_BY_SELF.code()));
        final long later = System.nanoTime() + KEEPALIVE_NS * MISSES * 3;
        Wait.until("a time without a sign", () -> System.nanoTime() > later);
        target.release();

        assertThat(peer.receive().type()).isEqualTo(FrameType.RESPONSE);
        peer.expectGoodbye(EventReason.CLOSED_BY_PEER);
        assertThat(target.awaitClosed().reason()).isEqualTo(EventReason.CLOSED_BY_PEER);
    }
}
