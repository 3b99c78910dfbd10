// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static io.verbena.EventReason.PROTOCOL_ERROR;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a client must not send")
class BadInputToServerTest extends ServerUnderAttack {
    private static final int ROOM = 1024;

    // ---- strangers

    @Test
    void aBrowserIsHungUpOn() throws IOException {
        final RawPeer peer = stranger();
        peer.send(Frames.httpRequest());

        peer.expectSilentEnd();
        assertRefused(PROTOCOL_ERROR);
        assertThat(target.refused.element().detail()).contains("HTTP");
    }

    @Test
    void aTlsClientIsHungUpOn() throws IOException {
        final RawPeer peer = stranger();
        peer.send(Frames.tlsClientHello());

        peer.expectSilentEnd();
        assertRefused(PROTOCOL_ERROR);
        assertThat(target.refused.element().detail()).contains("TLS");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whoSendsRandomBytesIsHungUpOn(final long seed) throws IOException {
        final byte[] noise = new byte[100_000];
        new Random(seed).nextBytes(noise);
        final RawPeer peer = stranger();
        peer.sendInVain(noise);

        peer.expectSilentEnd();
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aHelloOfTheWrongMagicIsNone() throws IOException {
        final byte[] hello = Frames.hello("/hostile");
        hello[8] ^= 1;
        final RawPeer peer = stranger();
        peer.send(hello);

        peer.expectSilentEnd();
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aThousandStrangersFillNoLog() throws IOException {
        final long start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            try (RawPeer peer = RawPeer.connect(net, target.uri())) {
                peer.sendInVain(Frames.httpRequest());
                peer.expectSilentEnd();
            }
        }
        Wait.until("their refusals", () -> target.refused.size() == 1000);

        final long seconds = (System.nanoTime() - start) / 1_000_000_000L + 1;
        assertThat(log.lines("PROTOCOL_ERROR")).hasSizeBetween(1, (int) seconds + 1);
        assertThat(target.counters().protocolErrors()).isEqualTo(1000);
    }

    // ---- HELLO

    @ParameterizedTest
    @ValueSource(strings = {"0-0", "2-9", "255-255", "2-0"})
    void aVersionThatIsNotSpokenHereIsAnsweredWithAGoodbyeThatSaysSo(final String versions)
            throws IOException {
        final int dash = versions.indexOf('-');
        final RawPeer peer = stranger();
        peer.send(
                Frames.helloOfVersions(
                        Integer.parseInt(versions.substring(0, dash)),
                        Integer.parseInt(versions.substring(dash + 1))));

        peer.expectGoodbye(EventReason.VERSION_MISMATCH);
        assertRefused(EventReason.VERSION_MISMATCH);
    }

    @ParameterizedTest
    @ValueSource(ints = {Hello.MAX_PAYLOAD + 1, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void aHelloThatClaimsALongPayloadGetsNoMemoryForIt(final int length) throws IOException {
        final long before = allocatedByTheLoop();
        final RawPeer peer = stranger();
        peer.send(Frames.hello(0, length, 0, 0, Frames.MAX_PAYLOAD));
        peer.sendInVain(new byte[5000]);

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
        assertThat(allocatedByTheLoop() - before).as("bytes of heap").isLessThan(1 << 20);
    }

    @Test
    void aHelloWhosePathIsNotUtf8IsAProtocolError() throws IOException {
        final RawPeer peer = stranger();
        peer.send(Frames.hello(new byte[] {'/', (byte) 0xc3, '(', (byte) 0xff}, 0));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hostile", " /hostile", "@evil:1/", "/a b", "/a\nb", "/\u0000", "/%zz", "#"})
    void aHelloWhosePathIsNoneIsAProtocolError(final String path) throws IOException {
        final RawPeer peer = stranger();
        peer.send(Frames.hello(path));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aHelloWithLimitsThatNobodyCanKeepIsAProtocolError() throws IOException {
        final RawPeer peer = stranger();
        peer.send(Frames.hello(0, 0, 0, 0, 0));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aClientThatVanishesInTheMiddleOfItsHelloWasNeverThere() throws IOException {
        final byte[] hello = Frames.hello("/hostile");
        for (final int cut : new int[] {1, 31, 32, 33, hello.length - 1}) {
            try (RawPeer peer = RawPeer.connect(net, target.uri())) {
                peer.send(Arrays.copyOf(hello, cut));
            }
        }
        Wait.until("five refusals", () -> target.refused.size() == 5);

        assertThat(target.refused)
                .extracting(Target.Refused::reason)
                .containsOnly(EventReason.CLOSED_BY_PEER);
        assertThat(target.counters().connectionsRefused()).isEqualTo(5);
    }

    // ---- before it is accepted

    @Test
    void aRequestBeforeTheSessionIsAcceptedIsAProtocolError() throws IOException {
        target.manners(Target.Manners.UNDECIDED);
        final RawPeer peer = stranger();
        peer.send(Frames.concat(Frames.hello("/hostile"), Frames.request(1, ROOM, 10)));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
        assertThat(target.requests).hasValue(0);
    }

    @Test
    void aSecondHelloBeforeTheSessionIsAcceptedIsAProtocolError() throws IOException {
        target.manners(Target.Manners.UNDECIDED);
        final RawPeer peer = stranger();
        peer.send(Frames.concat(Frames.hello("/hostile"), Frames.hello("/hostile")));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aProofThatNobodyHasAskedForIsAProtocolError() throws IOException {
        target.manners(Target.Manners.UNDECIDED);
        final RawPeer peer = stranger();
        peer.send(Frames.concat(Frames.hello("/hostile"), Proofs.proof(new byte[64])));

        peer.expectGoodbye(PROTOCOL_ERROR);
        assertRefused(PROTOCOL_ERROR);
    }

    @Test
    void aSecondHelloIsAProtocolError() throws IOException {
        assertProtocolError(Frames.hello(""));
    }

    // ---- frames

    @ParameterizedTest
    @ValueSource(ints = {0, 14, 42, 255})
    void anUnknownTypeIsAProtocolError(final int type) throws IOException {
        assertProtocolError(Frames.control(type, 0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                FrameType.RESPONSE,
                FrameType.FAILURE,
                FrameType.CREDIT,
                FrameType.CLOSE,
                FrameType.CHALLENGE
            })
    void whatOnlyAServerSaysIsAProtocolErrorFromAClient(final int type) throws IOException {
        assertProtocolError(Frames.control(type, 1, 1, 0));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                FrameType.RESPONSE,
                FrameType.KEEPALIVE,
                FrameType.GOODBYE,
                FrameType.HELLO,
                77
            })
    void aPayloadWhereNoneBelongsIsAProtocolError(final int type) throws IOException {
        assertProtocolError(Frames.frame(type, 0, 0, 8, 0, 0, new byte[8]));
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameType.KEEPALIVE, FrameType.GOODBYE, FrameType.RESPONSE})
    void aNegativeLengthWhereNoPayloadBelongsIsAProtocolError(final int type) throws IOException {
        assertProtocolError(Frames.frame(type, 0, 0, -32, 0, 0));
    }

    // ---- requests

    @ParameterizedTest
    @ValueSource(ints = {(1 << 30) + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void aRequestBeyondTheLimitIsAProtocolErrorAndGetsNoMemory(final int length)
            throws IOException {
        final long before = allocatedByTheLoop();
        assertProtocolError(Frames.frame(FrameType.REQUEST, 0, 0, length, 1, ROOM));
        assertThat(allocatedByTheLoop() - before).as("bytes of heap").isLessThan(1 << 20);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void aRequestWithNegativeRoomIsAProtocolError(final int room) throws IOException {
        assertProtocolError(Frames.request(1, room, 10));
    }

    @Test
    void moreRequestsThanCreditsAreAProtocolError() throws IOException {
        target.manners(Target.Manners.HOLD);
        final RawPeer peer = stranger();
        peer.send(Frames.hello("/hostile"));
        final int credits = peer.receive().credits();
        for (int i = 0; i < credits; i++) {
            peer.send(Frames.request(i, ROOM, 1));
        }
        Wait.until("as many requests as credits", () -> target.requests.get() == credits);
        assertThat(target.closed).as("ends while the credits were kept to").isEmpty();
        peer.send(Frames.request(credits, ROOM, 1));

        peer.expectGoodbye(PROTOCOL_ERROR);
        target.release();
        assertEnded(PROTOCOL_ERROR);
        assertThat(target.requests).as("requests that were delivered").hasValue(credits);
    }

    @Test
    void creditsThatWereGivenBackMayBeUsedAgainAndNotTwice() throws IOException {
        target.manners(Target.Manners.HOLD);
        final RawPeer peer = stranger();
        peer.send(Frames.hello("/hostile"));
        final int credits = peer.receive().credits();
        for (int i = 0; i < credits; i++) {
            peer.send(Frames.request(i, ROOM, 1));
        }
        Wait.until("all requests", () -> target.requests.get() == credits);
        target.release();
        for (int i = 0; i < credits; i++) {
            assertThat(peer.receive().credits()).isEqualTo(1);
        }
        target.manners(Target.Manners.HOLD);
        for (int i = 0; i <= credits; i++) {
            peer.send(Frames.request(i, ROOM, 1));
        }

        peer.expectGoodbye(PROTOCOL_ERROR);
        target.release();
        assertEnded(PROTOCOL_ERROR);
        assertThat(target.requests).hasValue(2 * credits);
    }

    @Test
    void aRequestLongerThanAnyMessageFailsAloneAndTakesNoMemory() throws IOException {
        final long before = allocatedByTheLoop();
        final RawPeer peer = member();
        peer.send(Frames.request(7, ROOM, 8 << 20));
        final RawPeer.Frame failure = peer.receive();

        assertThat(failure.type()).isEqualTo(FrameType.FAILURE);
        assertThat(failure.id()).isEqualTo(7);
        assertThat(EventReason.of(failure.room())).isEqualTo(EventReason.REQUEST_TOO_LARGE);
        assertThat(allocatedByTheLoop() - before).as("bytes of heap").isLessThan(1 << 20);
        peer.send(Frames.request(8, ROOM, 8));
        assertThat(peer.receive().type())
                .as("the answer to the next")
                .isEqualTo(FrameType.RESPONSE);
    }

    // ---- ends

    @Test
    void aRequestAfterGoodbyeIsAProtocolErrorOfASessionThatEndsAnyway() throws IOException {
        target.manners(Target.Manners.HOLD);
        final RawPeer peer = member();
        peer.send(Frames.request(1, ROOM, 1));
        Wait.until("the request", () -> target.requests.get() == 1);
        peer.send(Frames.goodbye(EventReason.CLOSED_BY_SELF.code()));
        peer.send(Frames.request(2, ROOM, 1));

        peer.expectGoodbye(PROTOCOL_ERROR);
        target.release();
        assertThat(target.awaitClosed().reason()).isEqualTo(EventReason.CLOSED_BY_PEER);
        assertThat(target.counters().protocolErrors()).isEqualTo(1);
        assertThat(target.requests).as("requests that were delivered").hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameType.KEEPALIVE, FrameType.GOODBYE})
    void whatSaysNothingNewAfterGoodbyeChangesNothing(final int type) throws IOException {
        target.manners(Target.Manners.HOLD);
        final RawPeer peer = member();
        peer.send(Frames.request(1, ROOM, 1));
        Wait.until("the request", () -> target.requests.get() == 1);
        peer.send(Frames.goodbye(EventReason.CLOSED_BY_SELF.code()));
        peer.send(Frames.control(type, 0, 0, 0));
        target.release();

        assertThat(peer.receive().type()).isEqualTo(FrameType.RESPONSE);
        peer.expectGoodbye(EventReason.CLOSED_BY_PEER);
        assertThat(target.awaitClosed().reason()).isEqualTo(EventReason.CLOSED_BY_PEER);
        assertThat(target.counters().protocolErrors()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 31, 32, 33, 131})
    void aSessionWhoseClientVanishesInTheMiddleOfAFrameEndsWithATransportError(final int cut)
            throws IOException {
        final RawPeer peer = member();
        peer.send(Arrays.copyOf(Frames.request(1, ROOM, 100), cut));
        peer.close();

        assertEnded(EventReason.TRANSPORT_ERROR);
        assertThat(target.requests).as("requests that were delivered").hasValue(0);
    }

    @Test
    void aSessionWhoseClientResetsTheConnectionEndsWithATransportError() throws IOException {
        final RawPeer peer = member();
        peer.reset();

        assertEnded(EventReason.TRANSPORT_ERROR);
    }

    // ----

    /** A session that gets this frame ends, says why, and nothing that follows is looked at. */
    private void assertProtocolError(final byte[] frame) throws IOException {
        final RawPeer peer = member();
        peer.send(
                Frames.concat(
                        frame, "and so on and so forth, for more than a header".getBytes(UTF_8)));

        peer.expectGoodbye(PROTOCOL_ERROR);
        final String detail = assertEnded(PROTOCOL_ERROR).detail();
        assertThat(detail).isNotEmpty();
        assertThat(target.requests).as("requests that were delivered").hasValue(0);
    }

    private long allocatedByTheLoop() {
        return target.loop.call(Memory::heapBytesOfThisThread);
    }
}
