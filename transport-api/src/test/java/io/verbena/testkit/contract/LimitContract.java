// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.PoolUse;
import io.verbena.SessionState;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import org.junit.jupiter.api.Test;

/** What is too large fails alone: guarantee 5. */
public interface LimitContract extends Part {
    @Test
    default void aRequestThatNoInOfTheServerCanTakeFailsAtBothEndsAndTheSessionLives() {
        final Pair pair = scene().pair().serverPool(4, 100, 100).established();
        pair.roundTrip(101);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.REQUEST_TOO_LARGE);
        assertThat(pair.server.events(Event.Kind.REFUSED))
                .containsExactly(new Event(Event.Kind.REFUSED, null, 101));
        pair.roundTrip(100);
        assertThat(pair.client.responses()).isEqualTo(1);
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    default void requestsAroundOneThatIsTooLargeAreAnsweredInOrder() {
        final Pair pair = scene().pair().serverPool(4, 100, 100).established();
        pair.send(1);
        pair.send(101);
        pair.send(2);
        pair.send(1000);
        pair.send(3);
        pair.until("all answers", () -> pair.client.responses() == 3 && pair.client.errors() == 2);
        assertThat(pair.server.events(Event.Kind.REQUEST))
                .extracting(Event::length)
                .containsExactly(1, 2, 3);
        assertThat(pair.client.contexts()).containsExactly(0L, 2L, 4L);
        assertThat(pair.server.events(Event.Kind.REFUSED))
                .extracting(Event::length)
                .containsExactly(101, 1000);
    }

    @Test
    default void manyRequestsThatAreTooLargeDoNotUseTheWindowUp() {
        final Pair pair = scene().pair().serverPool(2, 10, 10).established();
        for (int i = 0; i < 50; i++) {
            pair.roundTrip(11);
        }
        pair.roundTrip(10);
        assertThat(pair.client.errors()).isEqualTo(50);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void aRequestIsReceivedIntoTheSmallestInThatIsLargeEnough() {
        final Pair pair = scene().pair().serverPool(4, 1024, 64).established();
        final var small = scene().pool(pair.serverQueue, 4, 64, 64, PoolUse.SERVER);
        pair.server.hold();
        pair.send(64);
        pair.send(65);
        pair.untilRequests(2);
        assertThat(pair.server.held().get(0).msg().pool()).isSameAs(small);
        assertThat(pair.server.held().get(1).msg().pool()).isSameAs(pair.serverPool);
    }

    @Test
    default void aSmallRequestTakesALargerMessageWhenTheSmallOnesAreOut() {
        final Pair pair = scene().pair().serverPool(2, 1024, 64).established();
        final var small = scene().pool(pair.serverQueue, 1, 64, 64, PoolUse.SERVER);
        pair.server.hold();
        pair.send(64);
        pair.send(64);
        pair.untilRequests(2);
        assertThat(pair.server.held().get(0).msg().pool()).isSameAs(small);
        assertThat(pair.server.held().get(1).msg().pool()).isSameAs(pair.serverPool);
    }

    @Test
    default void aResponseThatTheClientHasNoRoomForFailsAtBothEndsAndTheSessionLives() {
        final Pair pair = scene().pair().clientPool(4, 16, 16).serverPool(4, 64, 64).established();
        pair.server.whenRequest(
                (session, msg) -> {
                    msg.out().clear();
                    session.sendResponse(Payload.fill(msg, 17, 0));
                });
        pair.roundTrip(1);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.RESPONSE_TOO_LARGE);
        pair.until(
                "onMsgError at the server",
                () -> !pair.server.events(Event.Kind.MSG_ERROR).isEmpty());
        assertThat(pair.server.events(Event.Kind.MSG_ERROR))
                .extracting(Event::reason)
                .containsExactly(EventReason.RESPONSE_TOO_LARGE);
        pair.server.echo();
        pair.roundTrip(16);
        assertThat(pair.client.responses()).isEqualTo(1);
        pair.until("the pool is whole", () -> pair.serverPool.available() == 4);
    }

    @Test
    default void aRequestLongerThanTheServerAcceptsAtAllIsRefusedAtOnceAndStaysTheCallers() {
        final Pair pair =
                scene().pair()
                        .serverSession(options -> options.withMaxPayloadBytes(100))
                        .established();
        final Msg msg = pair.request(101);
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("101")
                .hasMessageContaining("100");
        msg.out().position(100);
        pair.client.send(pair.session(), msg);
        pair.untilResponses(1);
    }

    @Test
    default void aRequestThatWasQueuedBeforeTheServersLimitWasKnownFailsWithAReason() {
        final Pair pair =
                scene().pair()
                        .serverSession(options -> options.withMaxPayloadBytes(100))
                        .connecting();
        pair.send(10);
        pair.send(101);
        pair.send(20);
        pair.untilResponses(2);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.REQUEST_TOO_LARGE);
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    default void aResponseLongerThanTheClientAcceptsAtAllFailsAndTheSessionLives() {
        final Pair pair =
                scene().pair()
                        .clientSession(options -> options.withMaxPayloadBytes(100))
                        .established();
        pair.server.whenRequest(
                (session, msg) -> {
                    msg.out().clear();
                    session.sendResponse(Payload.fill(msg, msg.in().limit() * 2, 0));
                });
        pair.roundTrip(51);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.RESPONSE_TOO_LARGE);
        pair.roundTrip(50);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void manyAnswersThatFailDoNotUseTheWindowUp() {
        final Pair pair = scene().pair().clientPool(4, 16, 16).serverPool(2, 16, 64).established();
        pair.server.whenRequest(
                (session, msg) -> {
                    if (pair.server.requests() % 2 == 0) {
                        session.discardRequest(msg);
                    } else {
                        msg.out().clear().position(17);
                        session.sendResponse(msg);
                    }
                });
        for (int i = 0; i < 40; i++) {
            pair.roundTrip(1);
        }
        pair.server.echo();
        pair.roundTrip(1);
        assertThat(pair.client.errors()).isEqualTo(40);
        assertThat(pair.client.responses()).isEqualTo(1);
    }
}
