// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.SessionClosedException;
import io.verbena.SessionState;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Pump;
import io.verbena.testkit.RecordingServer.Held;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a session ends: guarantee 6, and what of guarantee 2 shows only then. */
public interface CloseContract extends Part {
    @Test
    default void aClientThatClosesIsClosedBySelfAndTheServerByPeer() {
        final Pair pair = scene().pair().established();
        pair.session().close();
        pair.untilClosed();
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    default void aServerThatClosesIsClosedBySelfAndTheClientByPeer() {
        final Pair pair = scene().pair().established();
        pair.serverSession().close();
        pair.untilClosed();
        pair.server.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.client.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    default void bothEndsMayCloseAtTheSameTime() {
        final Pair pair = scene().pair().established();
        pair.session().close();
        pair.serverSession().close();
        pair.untilClosed();
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.server.assertClosed(EventReason.CLOSED_BY_SELF);
    }

    @Test
    default void closeReturnsAtOnceAndTheStateGoesFromClosingToClosed() {
        final Pair pair = scene().pair().established();
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
        assertThat(pair.serverSession().state()).isEqualTo(SessionState.ESTABLISHED);
        pair.session().close();
        assertThat(pair.session().state()).isEqualTo(SessionState.CLOSING);
        assertThat(pair.client.isClosed()).isFalse();
        pair.untilClosed();
        assertThat(pair.session().state()).isEqualTo(SessionState.CLOSED);
        assertThat(pair.serverSession().state()).isEqualTo(SessionState.CLOSED);
    }

    @Test
    default void toCloseTwiceIsToCloseOnce() {
        final Pair pair = scene().pair().established();
        pair.session().close();
        pair.session().close();
        pair.serverSession().close();
        pair.serverSession().close();
        pair.untilClosed();
        pair.session().close();
        pair.serverSession().close();
        scene().untilQuiet();
        assertThat(pair.client.events())
                .filteredOn(event -> event.kind() == Event.Kind.CLOSED)
                .hasSize(1);
        assertThat(pair.server.events(Event.Kind.CLOSED)).hasSize(1);
    }

    @Test
    default void aSessionThatClosesTakesNoRequestAndLeavesTheMessageWithTheCaller() {
        final Pair pair = scene().pair().established();
        pair.session().close();
        final Msg msg = pair.request(1);
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(SessionClosedException.class);
        pair.untilClosed();
        assertThatThrownBy(() -> pair.session().sendRequest(msg))
                .isInstanceOf(SessionClosedException.class)
                .extracting(thrown -> ((SessionClosedException) thrown).reason())
                .isEqualTo(EventReason.CLOSED_BY_SELF);
        msg.release();
    }

    @Test
    default void requestsUnderWayAreStillAnsweredWhenTheClientCloses() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.server.whenClosing(
                session -> {
                    while (!pair.server.held().isEmpty()) {
                        pair.server.echoFirst();
                    }
                });
        pair.sendMany(3, 8);
        pair.untilRequests(3);
        pair.session().close();
        pair.untilClosed();
        assertThat(pair.client.responses()).isEqualTo(3);
        assertThat(pair.server.events(Event.Kind.CLOSING))
                .containsExactly(new Event(Event.Kind.CLOSING, EventReason.CLOSED_BY_PEER, 3));
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
    }

    @Test
    default void requestsUnderWayAreStillAnsweredWhenTheServerCloses() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(3, 8);
        pair.untilRequests(3);
        pair.serverSession().close();
        pair.until("onClosing", () -> !pair.server.events(Event.Kind.CLOSING).isEmpty());
        assertThat(pair.server.events(Event.Kind.CLOSING))
                .containsExactly(new Event(Event.Kind.CLOSING, EventReason.CLOSED_BY_SELF, 3));
        scene().untilQuiet();
        pair.server.echoFirst();
        pair.server.held().remove(1).discard();
        pair.server.echoFirst();
        pair.untilClosed();
        assertThat(pair.client.responses()).isEqualTo(2);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.DISCARDED);
        pair.client.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    default void requestsThatCrossTheServersCloseEndOnceEach() {
        final Pair pair = scene().pair().established();
        pair.serverSession().close();
        pair.sendMany(5, 8);
        pair.untilClosed();
        assertThat(pair.client.responses() + pair.client.errors()).isEqualTo(5);
    }

    @Test
    default void aServerThatHoldsNothingIsNotAsked() {
        final Pair pair = scene().pair().established();
        pair.roundTrip(1);
        pair.session().close();
        pair.untilClosed();
        assertThat(pair.server.events(Event.Kind.CLOSING)).isEmpty();
    }

    @Test
    default void queuedRequestsAreFlushedWhenTheClientCloses() {
        final Pair pair = scene().pair().clientPool(10, 64, 64).serverPool(1, 64, 64).established();
        pair.server.hold();
        pair.sendMany(10, 8);
        pair.untilRequests(1);
        pair.session().close();
        pair.until("9 errors", () -> pair.client.errors() == 9);
        assertThat(pair.client.errorReasons())
                .isEqualTo(Collections.nCopies(9, EventReason.FLUSHED));
        pair.server.echoFirst();
        pair.untilClosed();
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void aSessionClosedBeforeItWasEstablishedFlushesItsRequests() {
        final Pair pair = scene().pair().connecting();
        pair.sendMany(4, 8);
        pair.session().close();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.errorReasons())
                .isEqualTo(Collections.nCopies(4, EventReason.FLUSHED));
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        assertThat(pair.client.isEstablished()).isFalse();
    }

    @Test
    default void aSessionClosedWhileItsAcceptanceIsOnTheWayEndsInGoodOrder() {
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.sendMany(4, 8);
        pair.until("the question", () -> pair.asked().size() == 1);
        pair.accepted(pair.asked().get(0).accept(pair.server));
        final Pump alone = new Pump();
        alone.add(pair.serverQueue);
        alone.untilQuiet(Pump.QUIET_ROUNDS, transport().quietNs());
        pair.clientQueue.execute(pair.session()::close);
        pair.untilClosed();
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);
        assertThat(pair.client.errorReasons())
                .isEqualTo(Collections.nCopies(4, EventReason.FLUSHED));
    }

    @Test
    default void aSessionClosedWhileTheServerDecidesIsClosedAndTheRequestIsOpenNoMore() {
        final Pair pair = scene().pair().decides((self, request) -> {}).connecting();
        pair.until("the question", () -> pair.asked().size() == 1);
        pair.session().close();
        pair.until("CLOSED", pair.client::isClosed);
        pair.until("the server knows", () -> !pair.asked().get(0).isOpen());
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
    }

    @Test
    default void aCloseThatIsNotAnsweredInTimeIsCutShortAndEverythingFlushed() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(2, 8);
        pair.untilRequests(2);
        pair.session().close();
        scene().pass(TimeUnit.MILLISECONDS.toNanos(4900), 100_000_000);
        assertThat(pair.client.isClosed()).isFalse();
        scene().pass(TimeUnit.MILLISECONDS.toNanos(200), 10_000_000);
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.CLOSE_TIMEOUT);
        assertThat(pair.client.errorReasons())
                .containsExactly(EventReason.FLUSHED, EventReason.FLUSHED);
    }

    @Test
    default void aServerWaitsForItsMessagesUntilTheDeadlineAndNoLonger() {
        final Pair pair =
                scene().pair()
                        .serverSession(options -> options.withCloseTimeoutNs(1_000_000_000))
                        .established();
        pair.server.hold();
        pair.send(1);
        pair.untilRequests(1);
        pair.session().close();
        pair.until("onClosing", () -> !pair.server.events(Event.Kind.CLOSING).isEmpty());
        scene().pass(900_000_000, 50_000_000);
        assertThat(pair.server.closedSessions()).isZero();
        scene().pass(200_000_000, 10_000_000);
        pair.until("CLOSED", () -> pair.server.closedSessions() == 1);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);
        pair.server.discardHeld();
        assertThat(pair.serverPool.available()).isEqualTo(16);
    }

    @Test
    default void aMessageHeldPastClosedIsDiscardedAndThePoolIsWholeAgain() {
        final Pair pair = scene().pair().wired().established();
        pair.server.hold();
        pair.sendMany(3, 8);
        pair.untilRequests(3);
        pair.wire.cut();
        pair.until("onClosing", () -> !pair.server.events(Event.Kind.CLOSING).isEmpty());
        assertThat(pair.server.events(Event.Kind.CLOSING))
                .containsExactly(new Event(Event.Kind.CLOSING, EventReason.TRANSPORT_ERROR, 3));
        scene().pass(TimeUnit.SECONDS.toNanos(6), 100_000_000);
        pair.until("CLOSED", () -> pair.server.closedSessions() == 1);
        assertThat(pair.serverPool.available()).isEqualTo(13);
        final Held held = pair.server.held().get(0);
        assertThatThrownBy(held::echo).isInstanceOf(SessionClosedException.class);
        pair.server.discardHeld();
        assertThat(pair.serverPool.available()).isEqualTo(16);
        assertThatThrownBy(held::discard).isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aSessionWhoseLinkBrokeIsClosedAsSoonAsItsMessagesAreBack() {
        final Pair pair = scene().pair().wired().established();
        pair.server.hold();
        pair.sendMany(2, 8);
        pair.untilRequests(2);
        pair.wire.cut();
        pair.until("onClosing", () -> !pair.server.events(Event.Kind.CLOSING).isEmpty());
        assertThat(pair.server.closedSessions()).isZero();
        assertThatThrownBy(pair.server.held().get(0)::echo)
                .isInstanceOf(SessionClosedException.class);
        pair.server.discardHeld();
        pair.untilClosed();
        pair.server.assertClosed(EventReason.TRANSPORT_ERROR);
        pair.client.assertClosed(EventReason.TRANSPORT_ERROR);
    }

    @Test
    default void aDiscardedRequestFailsAtTheClientAndTheSessionLives() {
        final Pair pair = scene().pair().established();
        pair.server.whenRequest((session, msg) -> session.discardRequest(msg));
        pair.roundTrip(1);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.DISCARDED);
        pair.server.echo();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
        pair.until("the pool is whole", () -> pair.serverPool.available() == 16);
    }

    @Test
    default void closeIsLegalInEveryCallBackOfAClient() {
        final Pair established = scene().pair().connecting();
        established.client.whenEstablished(session -> session.close());
        established.untilClosed();

        final Pair response = scene().pair().established();
        response.client.whenResponse((session, msg) -> session.close());
        response.sendMany(3, 1);
        response.untilClosed();
        assertThat(response.client.responses() + response.client.errors()).isEqualTo(3);

        final Pair error = scene().pair().established();
        error.server.whenRequest((session, msg) -> session.discardRequest(msg));
        error.client.whenError((session, msg) -> session.close());
        error.sendMany(3, 1);
        error.untilClosed();
        assertThat(error.client.errors()).isEqualTo(3);

        final Pair closed = scene().pair().established();
        closed.client.whenClosed(session -> session.close());
        closed.session().close();
        closed.untilClosed();
    }

    @Test
    default void closeIsLegalInEveryCallBackOfAServer() {
        final Pair request = scene().pair().established();
        request.server.whenRequest(
                (session, msg) -> {
                    session.close();
                    session.sendResponse(msg);
                });
        request.sendMany(3, 1);
        request.untilClosed();
        assertThat(request.client.responses() + request.client.errors()).isEqualTo(3);

        final Pair refused = scene().pair().serverPool(4, 8, 8).established();
        refused.server.whenRefused(session -> session.close());
        refused.send(9);
        refused.untilClosed();
        assertThat(refused.client.errorReasons()).containsExactly(EventReason.REQUEST_TOO_LARGE);

        final Pair error = scene().pair().clientPool(4, 8, 8).established();
        error.server.whenRequest(
                (session, msg) -> {
                    msg.out().clear().position(9);
                    session.sendResponse(msg);
                });
        error.server.whenError((session, msg) -> session.close());
        error.send(1);
        error.untilClosed();

        final Pair closing = scene().pair().established();
        closing.server.hold();
        closing.server.whenClosing(
                session -> {
                    session.close();
                    closing.server.discardHeld();
                });
        closing.send(1);
        closing.untilRequests(1);
        closing.session().close();
        closing.untilClosed();

        final Pair closed = scene().pair().established();
        closed.server.whenClosed(session -> session.close());
        closed.session().close();
        closed.untilClosed();
    }

    @Test
    default void aSessionMayBeClosedAsSoonAsItIsAccepted() {
        final Pair pair =
                scene().pair()
                        .decides(
                                (self, request) -> {
                                    self.accepted(request.accept(self.server));
                                    self.serverSession().close();
                                })
                        .connecting();
        pair.send(1);
        pair.untilClosed();
        pair.server.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.client.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    default void aClosedSessionCanBeFollowedByAnotherToTheSamePortal() {
        final Pair pair = scene().pair().established();
        for (int i = 0; i < 20; i++) {
            final var client = scene().client();
            final var session = pair.connectAnother(client);
            client.send(session, pair.request(5));
            pair.until("an answer", () -> client.responses() == 1);
            session.close();
            pair.until("CLOSED", client::isClosed);
        }
        pair.until("one session is left", () -> pair.portal.sessions() == 1);
        pair.roundTrip(1);
    }
}
