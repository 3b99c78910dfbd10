// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.SessionState;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import org.junit.jupiter.api.Test;

/** Requests with a deadline: guarantee 11, and the quarantine of what is late. */
public interface DeadlineContract extends Part {
    /** A deadline. */
    long HUNDRED_MS = 100_000_000;

    @Test
    default void aRequestThatIsAnsweredInTimeHasNoDeadlineAnyMore() {
        final Pair pair = scene().pair().clientPool(1, 64, 64).established();
        pair.client.send(pair.session(), pair.request(1), HUNDRED_MS);
        pair.untilResponses(1);
        pair.client.send(pair.session(), pair.request(1), 50 * HUNDRED_MS);
        pair.untilResponses(2);
        scene().passMs(500);
        assertThat(pair.client.errors()).isZero();
    }

    @Test
    default void aRequestThatIsNotAnsweredInTimeFailsThenAndNotBefore() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.client.send(pair.session(), pair.request(1), HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(99);
        assertThat(pair.client.errors()).isZero();
        scene().passMs(3);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.DEADLINE_EXCEEDED);
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
        pair.server.echo();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void aRequestThatWaitsToBeSentFailsWhenItsDeadlineHasPassedAndIsFreeAtOnce() {
        final Pair pair = scene().pair().clientPool(4, 64, 64).serverPool(1, 64, 64).established();
        pair.server.hold();
        pair.client.keepMessages();
        pair.send(1);
        pair.untilRequests(1);
        final Msg late = pair.request(1);
        pair.client.send(pair.session(), late, HUNDRED_MS);
        final Msg patient = pair.send(1);
        scene().passMs(102);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.DEADLINE_EXCEEDED);
        assertThat(pair.client.kept()).containsExactly(late);
        pair.client.kept().clear();
        pair.client.send(pair.session(), late);
        pair.server.echo();
        pair.server.echoFirst();
        pair.untilResponses(3);
        assertThat(pair.client.kept().get(1)).isSameAs(patient);
        assertThat(pair.client.kept().get(2)).isSameAs(late);
        assertThat(pair.server.requests()).isEqualTo(3);
    }

    @Test
    default void aDeadlineRunsBeforeTheSessionIsEstablishedToo() {
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.client.send(pair.session(), pair.request(1), HUNDRED_MS);
        pair.until("the question", () -> pair.asked().size() == 1);
        scene().passMs(102);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.DEADLINE_EXCEEDED);
        assertThat(pair.clientPool.available()).isEqualTo(16);
        pair.accepted(pair.asked().get(0).accept(pair.server));
        pair.establish();
        pair.roundTrip(1);
        assertThat(pair.server.requests()).isEqualTo(1);
    }

    @Test
    default void aMessageWhoseRequestIsStillOutCannotBeSentAgainBeforeTheServerAnswered() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.client.keepMessages();
        final Msg msg = pair.request(8);
        pair.client.send(pair.session(), msg, HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(102);
        assertThat(pair.client.kept()).containsExactly(msg);
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("deadline");
        pair.server.echoFirst();
        scene().untilQuiet();
        assertThat(pair.client.responses()).isZero();
        pair.client.kept().clear();
        pair.server.echo();
        pair.client.send(pair.session(), msg);
        pair.untilResponses(1);
    }

    @Test
    default void aLateMessageIsReleasedAtOnceAndFreeWhenTheServerHasAnswered() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.client.send(pair.session(), pair.request(8), HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(102);
        assertThat(pair.client.errors()).isEqualTo(1);
        assertThat(pair.clientPool.available()).isEqualTo(15);
        assertThatThrownBy(pair.clientPool::close).isInstanceOf(IllegalStateException.class);
        pair.server.echoFirst();
        pair.until("the message is free", () -> pair.clientPool.available() == 16);
        assertThat(pair.client.responses()).isZero();
    }

    @Test
    default void aLateMessageIsReleasedOnce() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.client.keepMessages();
        final Msg msg = pair.request(8);
        pair.client.send(pair.session(), msg, HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(102);
        pair.client.kept().clear();
        msg.release();
        assertThatThrownBy(msg::release).isInstanceOf(IllegalStateException.class);
        pair.server.echoFirst();
        pair.until("the message is free", () -> pair.clientPool.available() == 16);
        assertThatThrownBy(msg::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aLateMessageIsFreeWhenTheServerDiscardsItsRequest() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.client.send(pair.session(), pair.request(8), HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(102);
        pair.server.discardHeld();
        pair.until("the message is free", () -> pair.clientPool.available() == 16);
        assertThat(pair.client.errors()).isEqualTo(1);
    }

    @Test
    default void aLateMessageIsFreeWhenTheSessionIsClosed() {
        final Pair pair = scene().pair().wired().established();
        pair.server.hold();
        pair.client.keepMessages();
        final Msg released = pair.request(8);
        final Msg kept = pair.request(8);
        pair.client.send(pair.session(), released, HUNDRED_MS);
        pair.client.send(pair.session(), kept, HUNDRED_MS);
        pair.untilRequests(2);
        scene().passMs(102);
        pair.client.kept().remove(released);
        released.release();
        pair.wire.cut();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.errors()).isEqualTo(2);
        assertThat(pair.clientPool.available()).isEqualTo(15);
        pair.client.releaseKept();
        assertThat(pair.clientPool.available()).isEqualTo(16);
    }

    @Test
    default void aLateResponseTouchesNothing() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.client.keepMessages();
        final Msg msg = pair.request(8);
        pair.client.send(pair.session(), msg, HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(102);
        msg.in().clear();
        for (int i = 0; i < 8; i++) {
            msg.in().put(i, (byte) 77);
        }
        pair.server.echoFirst();
        scene().untilQuiet();
        for (int i = 0; i < 8; i++) {
            assertThat(msg.in().get(i)).isEqualTo((byte) 77);
        }
        assertThat(pair.client.responses()).isZero();
    }

    @Test
    default void ofManyDeadlinesEachIsKept() {
        final Pair pair = scene().pair().pools(32, 64).established();
        pair.server.hold();
        for (int i = 1; i <= 20; i++) {
            pair.client.send(pair.session(), pair.request(1), (21 - i) * 10_000_000L);
        }
        pair.untilRequests(20);
        for (int i = 1; i <= 20; i++) {
            scene().passMs(8);
            assertThat(pair.client.errors()).isEqualTo(i - 1);
            scene().passMs(2);
        }
        scene().passMs(2);
        assertThat(pair.client.errors()).isEqualTo(20);
        pair.server.discardHeld();
        pair.until("the pool is whole", () -> pair.clientPool.available() == 32);
    }

    @Test
    default void aRequestWithoutADeadlineWaitsForAsLongAsItTakes() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.send(1);
        pair.client.send(pair.session(), pair.request(1), HUNDRED_MS);
        pair.untilRequests(2);
        scene().pass(60_000_000_000L, 500_000_000);
        assertThat(pair.client.errors()).isEqualTo(1);
        pair.server.echoFirst();
        pair.untilResponses(1);
        pair.server.echoFirst();
    }

    @Test
    default void aTimeOutThatIsNoTimeIsRefused() {
        final Pair pair = scene().pair().established();
        final Msg msg = pair.request(1);
        assertThatThrownBy(() -> pair.session().sendRequest(msg, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.session().sendRequest(msg, -1))
                .isInstanceOf(IllegalArgumentException.class);
        pair.client.send(pair.session(), msg, Long.MAX_VALUE);
        pair.untilResponses(1);
    }

    @Test
    default void aLateRequestKeepsItsPlaceInTheServersWindow() {
        final Pair pair = scene().pair().clientPool(4, 64, 64).serverPool(1, 64, 64).established();
        pair.server.hold();
        pair.client.send(pair.session(), pair.request(1), HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(102);
        pair.send(1);
        scene().untilQuiet();
        assertThat(pair.server.requests()).isEqualTo(1);
        pair.server.echo();
        pair.server.echoFirst();
        pair.untilResponses(1);
        assertThat(pair.clientPool.available()).isEqualTo(4);
    }

    @Test
    default void aClientThatClosesWithALateRequestOutIsClosedOnce() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.client.send(pair.session(), pair.request(1), HUNDRED_MS);
        pair.untilRequests(1);
        scene().passMs(102);
        pair.session().close();
        pair.until("onClosing", () -> !pair.server.events(Event.Kind.CLOSING).isEmpty());
        pair.server.echoFirst();
        pair.untilClosed();
        assertThat(pair.clientPool.available()).isEqualTo(16);
        assertThat(pair.client.errors()).isEqualTo(1);
    }
}
