// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.SessionOptions;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a server must not send")
class BadInputToClientTest extends ClientUnderAttack {
    // ---- before HELLO

    @Test
    void aConnectionThatIsClosedBeforeHelloIsATransportError() throws IOException {
        connected().close();

        assertEnded(EventReason.TRANSPORT_ERROR, 0);
    }

    @Test
    void aConnectionThatIsResetBeforeHelloIsATransportError() throws IOException {
        connected().reset();

        assertEnded(EventReason.TRANSPORT_ERROR, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 31})
    void aHelloThatIsCutIsATransportError(final int cut) throws IOException {
        final RawPeer peer = connected();
        peer.send(Arrays.copyOf(Frames.accept(1, 1), cut));
        peer.close();

        assertEnded(EventReason.TRANSPORT_ERROR, 0);
    }

    @Test
    void requestsThatWaitForASessionThatNeverComesAreFlushed() throws IOException {
        final RawPeer peer = connected();
        victim.send(10);
        victim.send(20);
        peer.close();

        assertEnded(EventReason.TRANSPORT_ERROR, 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void garbageInsteadOfHelloIsAProtocolError(final long seed) throws IOException {
        final byte[] noise = new byte[50_000];
        new Random(seed).nextBytes(noise);
        final RawPeer peer = connected();
        peer.sendInVain(noise);

        assertProtocolError(peer, 0);
    }

    @Test
    void aWebServersAnswerIsAProtocolError() throws IOException {
        final RawPeer peer = connected();
        peer.send(Frames.httpRequest());

        assertProtocolError(peer, 0);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                FrameType.RESPONSE,
                FrameType.FAILURE,
                FrameType.CREDIT,
                FrameType.KEEPALIVE,
                FrameType.CLOSE,
                FrameType.REQUEST
            })
    void anyOtherFrameBeforeHelloIsAProtocolError(final int type) throws IOException {
        final RawPeer peer = connected();
        peer.send(Frames.control(type, 0, 0, 0));

        assertProtocolError(peer, 0);
    }

    @Test
    void aServerOfAnotherVersionIsToldSo() throws IOException {
        final RawPeer peer = connected();
        peer.send(Frames.helloOfVersions(2, 3));

        peer.expectGoodbye(EventReason.VERSION_MISMATCH);
        assertEnded(EventReason.VERSION_MISMATCH, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"VERSION_MISMATCH", "LIMIT_REACHED", "HELLO_TIMEOUT", "PROTOCOL_ERROR"})
    void aGoodbyeInsteadOfHelloEndsTheSessionForItsReason(final EventReason reason)
            throws IOException {
        final RawPeer peer = connected();
        peer.send(Frames.goodbye(reason.code()));

        assertEnded(reason, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {Hello.MAX_PAYLOAD + 1, Integer.MAX_VALUE, -1})
    void aHelloWithALongPayloadIsAProtocolError(final int length) throws IOException {
        final RawPeer peer = connected();
        peer.send(Frames.hello(1, length, 1, 0, Frames.MAX_PAYLOAD));

        assertProtocolError(peer, 0);
    }

    @Test
    void aHelloWithMoreCreditsThanItsWindowIsAProtocolErrorAndNoSession() throws IOException {
        final RawPeer peer = connected();
        peer.send(Frames.accept(5, 4));

        assertProtocolError(peer, 0);
        assertThat(victim.established).isFalse();
    }

    @Test
    void aSecondHelloIsAProtocolError() throws IOException {
        final RawPeer peer = accepted();
        peer.send(Frames.accept(4, 4));

        assertProtocolError(peer, 0);
    }

    // ---- answers

    @Test
    void aResponseToNothingIsAProtocolError() throws IOException {
        final RawPeer peer = accepted();
        peer.send(Frames.response(1L << 32, 0, 10));

        assertProtocolError(peer, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1, 1L << 32, 0x7fffffff, 0x80000000L, Long.MIN_VALUE})
    void aResponseToAnotherTransactionThanTheOpenOneIsAProtocolError(final long difference)
            throws IOException {
        final RawPeer peer = accepted();
        final long id = request(peer, 10);
        peer.send(Frames.response(id + difference, 1, 10));

        assertProtocolError(peer, 1);
    }

    @Test
    void aSecondResponseToTheSameRequestIsAProtocolErrorAndTheFirstStands() throws IOException {
        final RawPeer peer = accepted();
        final long id = request(peer, 10);
        final byte[] response = Frames.response(id, 1, 10);
        peer.send(Frames.concat(response, response));

        assertProtocolError(peer, 0);
        assertThat(victim.responses).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {Clients.MSG_BYTES + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void aResponseThatIsLongerThanItsRoomIsAProtocolErrorAndTouchesNoMemory(final int length)
            throws IOException {
        final RawPeer peer = accepted();
        final long id = request(peer, 10);
        peer.send(Frames.frame(FrameType.RESPONSE, 0, 1, length, id, 0));
        peer.sendInVain(new byte[1000]);

        assertProtocolError(peer, 1);
    }

    @Test
    void aFailureOfNothingIsAProtocolError() throws IOException {
        final RawPeer peer = accepted();
        peer.send(Frames.control(FrameType.FAILURE, 1, 99, EventReason.DISCARDED.code()));

        assertProtocolError(peer, 0);
    }

    @Test
    void aFailureWithACodeThatNobodyKnowsFailsItsRequestAlone() throws IOException {
        final RawPeer peer = accepted();
        final long id = request(peer, 10);
        peer.send(Frames.control(FrameType.FAILURE, 1, id, 0xdead));
        Wait.until("the failure", () -> !victim.errors.isEmpty());

        assertThat(victim.errors).containsExactly(EventReason.UNKNOWN);
        assertThat(victim.closed).isNull();
        request(peer, 10);
    }

    // ---- credits

    @ParameterizedTest
    @ValueSource(ints = {1, 65535})
    void creditsBeyondTheWindowAreAProtocolError(final int more) throws IOException {
        final RawPeer peer = accepted();
        peer.send(Frames.control(FrameType.CREDIT, more, 0, 0));

        assertProtocolError(peer, 0);
    }

    @Test
    void creditsWithRequestsInFlightCountTogether() throws IOException {
        final RawPeer peer = accepted();
        request(peer, 1);
        request(peer, 1);
        peer.send(Frames.control(FrameType.CREDIT, 1, 0, 0));

        assertProtocolError(peer, 2);
    }

    @Test
    void aResponseThatGivesBackMoreThanItTookIsAProtocolError() throws IOException {
        final RawPeer peer = accepted();
        final long id = request(peer, 1);
        peer.send(Frames.response(id, 2, 1));

        assertProtocolError(peer, 1);
    }

    @Test
    void manySmallCreditsDoNotOverflowUnnoticed() throws IOException {
        final RawPeer peer = accepted(0, ConnectOptions.defaults());
        for (int i = 0; i < Frames.WINDOW; i++) {
            peer.send(Frames.control(FrameType.CREDIT, 1, 0, 0));
        }
        request(peer, 1);
        peer.send(Frames.control(FrameType.CREDIT, 0xffff, 0, 0));

        assertProtocolError(peer, 1);
    }

    // ---- frames

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 255, FrameType.REQUEST})
    void whatAServerNeverSaysIsAProtocolError(final int type) throws IOException {
        final RawPeer peer = accepted();
        peer.send(Frames.control(type, 0, 1, 0));

        assertProtocolError(peer, 0);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                FrameType.FAILURE,
                FrameType.CREDIT,
                FrameType.KEEPALIVE,
                FrameType.CLOSE,
                FrameType.GOODBYE,
                FrameType.REQUEST,
                200
            })
    void aPayloadWhereNoneBelongsIsAProtocolError(final int type) throws IOException {
        final RawPeer peer = accepted();
        peer.send(Frames.frame(type, 0, 0, 8, 0, 0, new byte[8]));

        assertProtocolError(peer, 0);
    }

    // ---- ends

    @Test
    void aServerThatVanishesAfterHelloIsATransportErrorAndWhatIsOpenIsFlushed() throws IOException {
        final RawPeer peer = accepted();
        request(peer, 10);
        request(peer, 10);
        peer.close();

        assertEnded(EventReason.TRANSPORT_ERROR, 2);
        assertThat(log.lines("TRANSPORT_ERROR")).as("lines in the log").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 33, 10_031})
    void aServerThatVanishesInTheMiddleOfAResponseIsATransportErrorAndTheRequestIsFlushed(
            final int cut) throws IOException {
        final RawPeer peer = accepted();
        final long id = request(peer, 10);
        peer.send(Arrays.copyOf(Frames.response(id, 1, 10_000), cut));
        peer.close();

        assertEnded(EventReason.TRANSPORT_ERROR, 1);
        assertThat(victim.responses).hasValue(0);
    }

    @Test
    void aServerThatAsksToCloseAndThenSaysNothingIsGivenTheCloseTimeout() throws IOException {
        final RawPeer peer =
                accepted(
                        Frames.WINDOW,
                        ConnectOptions.defaults()
                                .withSession(
                                        SessionOptions.defaults().withCloseTimeoutNs(100_000_000)));
        request(peer, 10);
        peer.send(Frames.control(FrameType.CLOSE, 0, 0, 0));

        assertThat(peer.receive().type()).isEqualTo(FrameType.GOODBYE);
        assertEnded(EventReason.CLOSED_BY_PEER, 1);
    }

    @Test
    void aServerThatNeverAnswersHelloIsGivenTheHelloTimeout() throws IOException {
        connected(ConnectOptions.defaults().withHelloTimeoutNs(100_000_000));

        assertEnded(EventReason.HELLO_TIMEOUT, 0);
    }

    @Test
    void aServerThatSaysHelloByteByByteIsGivenNoMoreTimeForIt() throws IOException {
        final RawPeer peer = connected(ConnectOptions.defaults().withHelloTimeoutNs(200_000_000));
        final byte[] hello = Frames.accept(1, 1);
        for (int i = 0; i < hello.length - 1 && victim.closed == null; i++) {
            peer.sendInVain(hello[i]);
            final long next = System.nanoTime() + 20_000_000;
            Wait.until("the next byte's time", () -> System.nanoTime() > next);
        }

        assertEnded(EventReason.HELLO_TIMEOUT, 0);
    }
}
