// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.HandlerFailurePolicy;
import io.verbena.ServerPortal;
import io.verbena.SessionRequest;
import io.verbena.SessionState;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.PairSpec;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call-back that throws does not break the loop: guarantee 7. */
public interface FailureContract extends Part {
    /** What call-backs throw here. */
    final class Thrown extends RuntimeException {
        Thrown() {
            super("thrown by a call-back");
        }
    }

    /** The same, as an Error. */
    final class ThrownError extends Error {
        ThrownError() {
            super("thrown by a call-back");
        }
    }

    /** Both kinds. */
    enum Kind {
        /** A RuntimeException. */
        EXCEPTION,
        /** An Error. */
        ERROR;

        void throwIt() {
            if (this == EXCEPTION) {
                throw new Thrown();
            }
            throw new ThrownError();
        }

        Class<? extends Throwable> type() {
            return this == EXCEPTION ? Thrown.class : ThrownError.class;
        }
    }

    private PairSpec keeping() {
        return scene().pair()
                .bothSessions(
                        options -> options.withHandlerFailure(HandlerFailurePolicy.KEEP_SESSION));
    }

    /** Runs until something was thrown. */
    private void untilThrown(final Kind kind) {
        assertThatThrownBy(() -> scene().until("a throw", () -> false)).isInstanceOf(kind.type());
    }

    /** The session is as good as before. */
    private static void assertUsable(final Pair pair) {
        pair.server.echo();
        pair.client.whenResponse((session, msg) -> {});
        final int before = pair.client.responses();
        pair.roundTrip(33);
        assertThat(pair.client.responses()).isEqualTo(before + 1);
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnRequestThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().established();
        pair.server.whenRequest(
                (session, msg) -> {
                    session.discardRequest(msg);
                    kind.throwIt();
                });
        pair.send(1);
        untilThrown(kind);
        pair.until("the error at the client", () -> pair.client.errors() == 1);
        assertUsable(pair);
        assertThat(pair.serverQueue.counters().handlerFailures()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnResponseThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().established();
        pair.client.whenResponse((session, msg) -> kind.throwIt());
        pair.send(1);
        untilThrown(kind);
        assertUsable(pair);
        assertThat(pair.clientQueue.counters().handlerFailures()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnEstablishedThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().connecting();
        pair.client.whenEstablished(session -> kind.throwIt());
        pair.send(5);
        untilThrown(kind);
        pair.untilResponses(1);
        assertUsable(pair);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnMsgErrorOfAClientThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().established();
        pair.server.whenRequest((session, msg) -> session.discardRequest(msg));
        pair.client.whenError((session, msg) -> kind.throwIt());
        pair.send(1);
        untilThrown(kind);
        assertUsable(pair);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnMsgErrorOfAServerThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().clientPool(4, 64, 64).established();
        pair.server.whenRequest(
                (session, msg) -> {
                    msg.out().clear().position(100);
                    session.sendResponse(msg);
                });
        pair.server.whenError((session, msg) -> kind.throwIt());
        pair.send(1);
        untilThrown(kind);
        pair.until("the error at the client", () -> pair.client.errors() == 1);
        assertUsable(pair);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnRequestRefusedThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().serverPool(4, 64, 64).established();
        pair.server.whenRefused(session -> kind.throwIt());
        pair.send(65);
        untilThrown(kind);
        pair.until("the error at the client", () -> pair.client.errors() == 1);
        assertUsable(pair);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnClosingThrowsReachesTheLoopsCallerAndTheSessionStillCloses(final Kind kind) {
        final Pair pair = keeping().established();
        pair.server.hold();
        pair.server.whenClosing(session -> kind.throwIt());
        pair.send(1);
        pair.untilRequests(1);
        pair.session().close();
        untilThrown(kind);
        pair.server.echoFirst();
        pair.untilClosed();
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnClosedOfAClientThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().established();
        pair.client.whenClosed(session -> kind.throwIt());
        pair.session().close();
        untilThrown(kind);
        pair.untilClosed();
        assertThat(pair.session().state()).isEqualTo(SessionState.CLOSED);
        assertThat(pair.clientQueue.counters().sessionsClosed()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnClosedOfAServerThrowsReachesTheLoopsCaller(final Kind kind) {
        final Pair pair = keeping().established();
        pair.server.whenClosed(session -> kind.throwIt());
        pair.session().close();
        untilThrown(kind);
        pair.untilClosed();
        assertThat(pair.portal.sessions()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnSessionNewThrowsEndsThatSessionAndNoOther(final Kind kind) {
        final List<String> asked = new ArrayList<>();
        final Pair pair =
                keeping()
                        .decides(
                                (self, request) -> {
                                    asked.add(request.pathAndQuery());
                                    if (asked.size() == 1) {
                                        kind.throwIt();
                                    }
                                    self.accepted(request.accept(self.server));
                                })
                        .connecting();
        untilThrown(kind);
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.isEstablished()).isFalse();
        final RecordingClient second = scene().client();
        pair.connectAnother(second);
        pair.until("the second session", second::isEstablished);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnSessionRefusedThrowsReachesTheLoopsCaller(final Kind kind) {
        final EventQueueHandler queue = scene().queue();
        final List<SessionRequest> asked = new ArrayList<>();
        final List<EventReason> reasons = new ArrayList<>();
        final ServerPortal portal =
                ServerPortal.listen(
                        queue,
                        transport().listenUri(),
                        new ServerPortal.Handler() {
                            @Override
                            public void onSessionNew(final SessionRequest request) {
                                // never decided on
                                asked.add(request);
                            }

                            @Override
                            public void onSessionRefused(
                                    final String remoteAddress,
                                    final EventReason reason,
                                    final String detail) {
                                reasons.add(reason);
                                kind.throwIt();
                            }
                        },
                        transport().portalOptions().withHelloTimeoutNs(100_000_000));
        final RecordingClient client = scene().client();
        final ClientSession session =
                ClientSession.connect(queue, portal.uri(), client, transport().connectOptions());
        scene().until("the question", () -> !asked.isEmpty());
        scene().clock().advance(110_000_000);
        untilThrown(kind);
        scene().until("CLOSED", client::isClosed);
        assertThat(reasons).containsExactly(EventReason.HELLO_TIMEOUT);
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThat(queue.counters().connectionsRefused()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    default void whatOnClosedOfAPortalThrowsReachesTheLoopsCaller(final Kind kind) {
        final EventQueueHandler queue = scene().queue();
        final var portal =
                ServerPortal.listen(
                        queue,
                        transport().listenUri(),
                        new ServerPortal.Handler() {
                            @Override
                            public void onSessionNew(final SessionRequest request) {
                                request.reject(0, "");
                            }

                            @Override
                            public void onClosed(final ServerPortal closed) {
                                kind.throwIt();
                            }
                        },
                        transport().portalOptions());
        portal.close();
        untilThrown(kind);
        queue.runEventLoop(1, 0);
    }

    @Test
    default void aSessionWhoseHandlerThrewIsClosedUnlessThePolicyKeepsIt() {
        final Pair pair = scene().pair().established();
        pair.client.whenResponse((session, msg) -> Kind.EXCEPTION.throwIt());
        pair.send(1);
        untilThrown(Kind.EXCEPTION);
        pair.untilClosed();
        pair.client.assertClosed(EventReason.HANDLER_FAILED);
        assertThat(pair.client.closed().cause()).isInstanceOf(Thrown.class);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    default void aServerSessionWhoseHandlerThrewAsksForItsMessagesAndCloses() {
        final Pair pair = scene().pair().established();
        pair.server.whenRequest(
                (session, msg) -> {
                    pair.server.held().add(new RecordingServer.Held(session, msg));
                    Kind.EXCEPTION.throwIt();
                });
        pair.server.whenClosing(session -> pair.server.discardHeld());
        pair.send(1);
        untilThrown(Kind.EXCEPTION);
        pair.untilClosed();
        pair.server.assertClosed(EventReason.HANDLER_FAILED);
        assertThat(pair.server.events(Event.Kind.CLOSING))
                .containsExactly(new Event(Event.Kind.CLOSING, EventReason.HANDLER_FAILED, 1));
        pair.client.assertClosed(EventReason.CLOSED_BY_PEER);
        assertThat(pair.client.errors()).isEqualTo(1);
    }

    @Test
    default void otherSessionsOfTheEventQueueAreUnharmed() {
        final Pair pair = scene().pair().established();
        final RecordingClient other = scene().client();
        final ClientSession otherSession = pair.connectAnother(other);
        pair.until("the other session", other::isEstablished);
        pair.client.whenResponse((session, msg) -> Kind.EXCEPTION.throwIt());
        pair.send(1);
        other.send(otherSession, pair.request(7));
        untilThrown(Kind.EXCEPTION);
        pair.until("the other's answer", () -> other.responses() == 1);
        other.send(otherSession, pair.request(8));
        pair.until("another answer", () -> other.responses() == 2);
        assertThat(otherSession.state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    default void messagesBehindTheOneThatThrewAreDeliveredByTheNextRun() {
        final Pair pair = keeping().established();
        pair.client.whenResponse(
                (session, msg) -> {
                    if (pair.client.responses() % 2 == 1) {
                        Kind.EXCEPTION.throwIt();
                    }
                });
        pair.sendMany(6, 8);
        int thrown = 0;
        while (pair.client.responses() < 6) {
            try {
                pair.untilResponses(6);
            } catch (final Thrown e) {
                thrown++;
            }
        }
        assertThat(thrown).isEqualTo(3);
        assertThat(pair.client.contexts()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }

    @Test
    default void anErrorHandlerGetsWhatIsThrownInstead() {
        final List<Throwable> caught = new ArrayList<>();
        final Consumer<Throwable> handler = caught::add;
        final Pair pair =
                keeping().clientQueue(options -> options.withErrorHandler(handler)).established();
        pair.client.whenResponse((session, msg) -> Kind.EXCEPTION.throwIt());
        pair.clientQueue.execute(Kind.ERROR::throwIt);
        pair.roundTrip(1);
        pair.roundTrip(1);
        assertThat(caught).hasExactlyElementsOfTypes(ThrownError.class, Thrown.class, Thrown.class);
        assertThat(pair.clientQueue.counters().handlerFailures()).isEqualTo(3);
        assertUsable(pair);
    }

    @Test
    default void anErrorHandlerThatThrowsReachesTheLoopsCaller() {
        final Pair pair =
                keeping()
                        .clientQueue(
                                options ->
                                        options.withErrorHandler(
                                                thrown -> {
                                                    throw new IllegalStateException(thrown);
                                                }))
                        .established();
        pair.client.whenResponse((session, msg) -> Kind.ERROR.throwIt());
        pair.send(1);
        assertThatThrownBy(() -> pair.until("a throw", () -> false))
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(ThrownError.class);
        assertUsable(pair);
    }

    @Test
    default void whatThrowsWhileTheEventQueueClosesReachesWhoClosesIt() {
        final Pair pair = scene().pair().established();
        pair.client.whenClosed(session -> Kind.EXCEPTION.throwIt());
        scene().timePasses(true);
        assertThatThrownBy(pair.clientQueue::close).isInstanceOf(Thrown.class);
        assertThat(pair.clientQueue.isClosed()).isTrue();
    }
}
