// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.Msg;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.RecordingServer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a message carries, and in which state its buffers are when. */
public interface MessageContract extends Part {
    /** A length beyond which no transport takes a shortcut. */
    int MIB = 1 << 20;

    @Test
    default void whatIsSentIsOutFromZeroToItsPosition() {
        final Pair pair = scene().pair().established();
        final Msg msg = pair.clientPool.take();
        msg.out().put(new byte[] {1, 2, 3, 4, 5, 6}).position(4);
        final List<Byte> received = new ArrayList<>();
        pair.server.whenRequest(
                (session, request) -> {
                    while (request.in().hasRemaining()) {
                        received.add(request.in().get());
                    }
                    request.out().put((byte) 9).put((byte) 8).put((byte) 7).position(2);
                    session.sendResponse(request);
                });
        pair.client.keepMessages();
        pair.client.send(pair.session(), msg);
        pair.untilResponses(1);
        assertThat(received).containsExactly((byte) 1, (byte) 2, (byte) 3, (byte) 4);
        assertThat(msg.in().remaining()).isEqualTo(2);
        assertThat(msg.in().get()).isEqualTo((byte) 9);
        assertThat(msg.in().get()).isEqualTo((byte) 8);
    }

    @Test
    default void aRequestArrivesInItsInFromZeroToItsLimitAndWithAnEmptyOut() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.send(10);
        pair.untilRequests(1);
        final Msg request = pair.server.held().get(0).msg();
        assertThat(request.in().position()).isZero();
        assertThat(request.in().limit()).isEqualTo(10);
        assertThat(request.out().position()).isZero();
        assertThat(request.out().remaining()).isEqualTo(1024);
    }

    @Test
    default void aRequestsOutHasNoMoreRoomThanTheClientHas() {
        final Pair pair =
                scene().pair().clientPool(4, 100, 100).serverPool(4, 1000, 1000).established();
        pair.server.hold();
        pair.send(1);
        pair.untilRequests(1);
        assertThat(pair.server.held().get(0).msg().out().limit()).isEqualTo(100);
    }

    @Test
    default void aRequestsOutHasNoMoreRoomThanTheServerHas() {
        final Pair pair =
                scene().pair().clientPool(4, 1000, 100).serverPool(4, 1000, 100).established();
        pair.server.hold();
        pair.send(1);
        pair.untilRequests(1);
        assertThat(pair.server.held().get(0).msg().out().limit()).isEqualTo(100);
    }

    @Test
    default void aResponseArrivesInTheMessageThatAskedForIt() {
        final Pair pair = scene().pair().established();
        pair.client.keepMessages();
        final Msg first = pair.send(10);
        final Msg second = pair.send(20);
        pair.untilResponses(2);
        assertThat(pair.client.kept()).containsExactly(first, second);
        Payload.check(first, 10, (Long) first.userContext());
        Payload.check(second, 20, (Long) second.userContext());
    }

    @Test
    default void outIsAsItWasSentWhenTheResponseArrivesSoThatItCanBeSentAgain() {
        final Pair pair = scene().pair().established();
        pair.client.keepMessages();
        final Msg msg = pair.send(77);
        pair.untilResponses(1);
        assertThat(msg.out().position()).isEqualTo(77);
        pair.client.send(pair.session(), msg);
        pair.untilResponses(2);
        Payload.check(msg, 77, (Long) msg.userContext());
        pair.client.kept().remove(1);
    }

    @Test
    default void inStartsAtZeroAtEachResponseWhateverTheApplicationReadBefore() {
        final Pair pair = scene().pair().established();
        pair.client.keepMessages();
        final Msg msg = pair.send(50);
        pair.untilResponses(1);
        msg.in().position(msg.in().limit());
        msg.out().position(20);
        pair.client.send(pair.session(), msg);
        pair.untilResponses(2);
        assertThat(msg.in().position()).isZero();
        assertThat(msg.in().limit()).isEqualTo(20);
        pair.client.kept().remove(1);
    }

    @Test
    default void requestAndResponseMayBeEmpty() {
        final Pair pair = scene().pair().established();
        final List<Integer> lengths = new ArrayList<>();
        pair.server.whenRequest(
                (session, msg) -> {
                    lengths.add(msg.in().remaining());
                    session.sendResponse(msg);
                });
        pair.client.whenResponse((session, msg) -> lengths.add(msg.in().remaining()));
        pair.roundTrip(0);
        pair.roundTrip(5);
        pair.roundTrip(0);
        assertThat(lengths).containsExactly(0, 0, 5, 0, 0, 0);
    }

    @Test
    default void poolsMayHaveNoInOrNoOut() {
        final Pair pair = scene().pair().clientPool(4, 0, 16).serverPool(4, 16, 0).established();
        pair.server.whenRequest(ServerAnswers::empty);
        pair.roundTrip(16);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 33, 511, 512, 513, 4096, 65535, 65536, MIB})
    default void aPayloadOfAnyLengthArrivesAsItWasInBothDirections(final int length) {
        final Pair pair = scene().pair().pools(3, Math.max(1, length)).established();
        pair.client.whenResponse(
                (session, msg) -> Payload.check(msg, length, (Long) msg.userContext()));
        for (int i = 0; i < 3; i++) {
            pair.roundTrip(length);
        }
        assertThat(pair.client.responses()).isEqualTo(3);
    }

    @Test
    default void aLongRequestMayHaveAShortResponse() {
        final Pair pair = scene().pair().clientPool(2, 8, MIB).serverPool(2, MIB, 8).established();
        pair.server.whenRequest(
                (session, msg) -> {
                    Payload.check(msg, MIB, 0);
                    msg.out().putLong(4711);
                    session.sendResponse(msg);
                });
        pair.client.keepMessages();
        final Msg msg = pair.send(MIB);
        pair.untilResponses(1);
        assertThat(msg.in().getLong()).isEqualTo(4711);
    }

    @Test
    default void aShortRequestMayHaveALongResponse() {
        final Pair pair = scene().pair().clientPool(2, MIB, 8).serverPool(2, 8, MIB).established();
        pair.server.whenRequest((session, msg) -> session.sendResponse(Payload.fill(msg, MIB, 99)));
        pair.client.keepMessages();
        final Msg msg = pair.send(8);
        pair.untilResponses(1);
        Payload.check(msg, MIB, 99);
    }

    @Test
    default void aResponseMayFillTheClientsInToTheLastByte() {
        final Pair pair = scene().pair().clientPool(2, 100, 8).serverPool(2, 8, 1000).established();
        pair.server.whenRequest((session, msg) -> session.sendResponse(Payload.fill(msg, 100, 3)));
        pair.client.keepMessages();
        final Msg msg = pair.send(1);
        pair.untilResponses(1);
        Payload.check(msg, 100, 3);
    }

    @Test
    default void aShorterResponseShowsNothingOfALongerOneBefore() {
        final Pair pair = scene().pair().clientPool(1, 1024, 1024).established();
        pair.roundTrip(1000);
        pair.client.whenResponse((session, msg) -> assertThat(msg.in().limit()).isEqualTo(3));
        pair.roundTrip(3);
        assertThat(pair.client.responses()).isEqualTo(2);
    }

    @Test
    default void theUserContextStaysWithTheMessageAndIsNeverSent() {
        final Pair pair = scene().pair().established();
        final List<Object> atServer = new ArrayList<>();
        pair.server.whenRequest(
                (session, msg) -> {
                    atServer.add(msg.userContext() == null ? "none" : msg.userContext());
                    msg.userContext("the server's own");
                    RecordingServer.echo(session, msg);
                });
        pair.client.keepMessages();
        final Msg msg = pair.clientPool.take();
        assertThat(msg.userContext()).isNull();
        msg.userContext("mine");
        pair.client.send(pair.session(), msg);
        pair.untilResponses(1);
        assertThat(msg.userContext()).isEqualTo("mine");
        pair.client.releaseKept();
        pair.roundTrip(1);
        assertThat(atServer).containsExactly("none", "none");
    }

    @Test
    default void aMessageThatIsTakenIsEmptyAndHasNoContext() {
        final Pair pair = scene().pair().clientPool(1, 64, 64).established();
        pair.roundTrip(64);
        final Msg msg = pair.clientPool.take();
        assertThat(msg.in().hasRemaining()).isFalse();
        assertThat(msg.out().position()).isZero();
        assertThat(msg.out().remaining()).isEqualTo(64);
        assertThat(msg.userContext()).isNull();
        msg.release();
    }

    @Test
    default void resetEmptiesBothBuffers() {
        final Pair pair = scene().pair().established();
        pair.client.keepMessages();
        final Msg msg = pair.send(30);
        pair.untilResponses(1);
        msg.reset();
        assertThat(msg.in().hasRemaining()).isFalse();
        assertThat(msg.out().position()).isZero();
        assertThat(msg.out().remaining()).isEqualTo(1024);
    }

    @Test
    default void buffersAreDirectBigEndianAndAlwaysTheSame() {
        final Pair pair = scene().pair().established();
        pair.client.keepMessages();
        final Msg msg = pair.request(8);
        final Object in = msg.in();
        final Object out = msg.out();
        assertThat(msg.in().isDirect()).isTrue();
        assertThat(msg.out().isDirect()).isTrue();
        assertThat(msg.out().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        pair.client.send(pair.session(), msg);
        pair.untilResponses(1);
        assertThat(msg.in()).isSameAs(in);
        assertThat(msg.out()).isSameAs(out);
        assertThat(msg.in().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }

    @Test
    default void whatAMessageHoldsOutsideOfItsBuffersIsNotTouched() {
        final Pair pair = scene().pair().pools(8, 33).established();
        pair.client.keepMessages();
        final List<Msg> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(pair.request(33));
        }
        for (int i = 0; i < 8; i += 2) {
            pair.client.send(pair.session(), all.get(i));
        }
        pair.untilResponses(4);
        for (int i = 1; i < 8; i += 2) {
            final Msg other = all.get(i);
            assertThat(other.in().limit()).isZero();
            Payload.check(other.out().duplicate().flip(), 33, (Long) other.userContext());
            other.release();
        }
    }
}
