// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import io.verbena.SessionState;
import io.verbena.VerbenaException;
import io.verbena.testkit.Pair;
import io.verbena.testkit.PairSpec;
import io.verbena.testkit.RecordingClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Portals: who is let in, and what they are told who aren't. */
public interface PortalContract extends Part {
    private PairSpec undecided() {
        return scene().pair().decides((self, request) -> {});
    }

    private SessionRequest asked(final Pair pair) {
        pair.until("the question", () -> !pair.asked().isEmpty());
        return pair.asked().get(pair.asked().size() - 1);
    }

    @Test
    default void aRejectedClientIsToldTheCodeAndTheText() {
        final Pair pair =
                scene().pair()
                        .decides((self, request) -> request.reject(4711, "not today: äöü €"))
                        .connecting();
        pair.sendMany(2, 8);
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.REJECTED);
        assertThat(pair.client.closed().rejectCode()).isEqualTo(4711);
        assertThat(pair.client.closed().rejectData()).isEqualTo("not today: äöü €");
        assertThat(pair.client.isEstablished()).isFalse();
        assertThat(pair.client.errorReasons())
                .containsExactly(EventReason.FLUSHED, EventReason.FLUSHED);
        assertThat(pair.portal.sessions()).isZero();
    }

    @Test
    default void aRejectionMayHaveTheHighestCodeAndALongText() {
        final String text = "x".repeat(4000);
        final Pair pair =
                scene().pair().decides((self, request) -> request.reject(65535, text)).connecting();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.closed().rejectCode()).isEqualTo(65535);
        assertThat(pair.client.closed().rejectData()).isEqualTo(text);
    }

    @Test
    default void aRejectionThatIsNoneIsRefusedAndTheDecisionStaysOpen() {
        final Pair pair = undecided().connecting();
        final SessionRequest request = asked(pair);
        assertThatThrownBy(() -> request.reject(-1, ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request.reject(65536, ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request.reject(0, "é".repeat(2200)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(request.isOpen()).isTrue();
        pair.accepted(request.accept(pair.server));
        pair.establish();
    }

    @Test
    default void aClientMayBeRejectedLater() {
        final Pair pair = undecided().connecting();
        final SessionRequest request = asked(pair);
        scene().passMs(1000);
        request.reject(7, "");
        assertThat(request.isOpen()).isFalse();
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.REJECTED);
        assertThat(pair.client.closed().rejectCode()).isEqualTo(7);
        assertThat(pair.client.closed().rejectData()).isEmpty();
    }

    @Test
    default void aClientMayBeAcceptedLaterAndItsRequestsHaveWaited() {
        final Pair pair = undecided().connecting();
        pair.sendMany(5, 8);
        final SessionRequest request = asked(pair);
        scene().passMs(1000);
        assertThat(pair.client.isEstablished()).isFalse();
        assertThat(request.isOpen()).isTrue();
        pair.accepted(request.accept(pair.server));
        assertThat(pair.serverSession().state()).isEqualTo(SessionState.ESTABLISHED);
        pair.untilResponses(5);
    }

    @Test
    default void aClientThatNobodyDecidesOnIsTurnedAwayInTime() {
        final Pair pair =
                undecided().portal(options -> options.withHelloTimeoutNs(500_000_000)).connecting();
        pair.send(1);
        final SessionRequest request = asked(pair);
        scene().passMs(490);
        assertThat(request.isOpen()).isTrue();
        scene().passMs(20);
        assertThat(request.isOpen()).isFalse();
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.HELLO_TIMEOUT);
        assertThatThrownBy(() -> request.accept(pair.server))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aDecisionIsMadeOnce() {
        final Pair pair = undecided().connecting();
        final SessionRequest request = asked(pair);
        pair.accepted(request.accept(pair.server));
        assertThat(request.isOpen()).isFalse();
        assertThatThrownBy(() -> request.accept(pair.server))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.reject(1, "")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.forward(pair.portal))
                .isInstanceOf(IllegalStateException.class);
        pair.establish();
        pair.roundTrip(1);
    }

    @Test
    default void aRejectedClientIsNotAccepted() {
        final Pair pair = undecided().connecting();
        final SessionRequest request = asked(pair);
        request.reject(1, "");
        assertThatThrownBy(() -> request.accept(pair.server))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aClientThatHasGoneIsNotAccepted() {
        final Pair pair = undecided().wired().connecting();
        final SessionRequest request = asked(pair);
        pair.wire.cut();
        pair.until("the server knows", () -> !request.isOpen());
        assertThatThrownBy(() -> request.accept(pair.server))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void aSessionMayBeAcceptedWithOptionsOfItsOwn() {
        final Pair pair =
                scene().pair()
                        .decides(
                                (self, request) ->
                                        self.accepted(
                                                request.accept(
                                                        self.server,
                                                        SessionOptions.defaults().withWindow(2))))
                        .established();
        pair.server.hold();
        pair.sendMany(5, 8);
        pair.untilRequests(2);
        scene().untilQuiet();
        assertThat(pair.server.requests()).isEqualTo(2);
    }

    @Test
    default void aPortalWithoutMemoryForRequestsCannotAccept() {
        final EventQueueHandler serverQueue = scene().queue();
        final List<Throwable> refused = new ArrayList<>();
        final ServerPortal portal =
                ServerPortal.listen(
                        serverQueue,
                        transport().listenUri(),
                        request -> {
                            try {
                                request.accept(scene().server());
                            } catch (final IllegalStateException e) {
                                refused.add(e);
                                request.reject(503, "no memory");
                            }
                        },
                        transport().portalOptions());
        final RecordingClient client = scene().client();
        final var unused =
                ClientSession.connect(
                        scene().queue(), portal.uri(), client, transport().connectOptions());
        scene().until("CLOSED", client::isClosed);
        assertThat(refused).hasSize(1);
        assertThat(refused.get(0)).hasMessageContaining("bind");
        client.assertClosed(EventReason.REJECTED);
        assertThat(unused.state()).isEqualTo(SessionState.CLOSED);
    }

    @Test
    default void aPortalThatIsFullTurnsTheNextOneAway() {
        final Pair pair =
                scene().pair().portal(options -> options.withMaxSessions(2)).established();
        final RecordingClient second = scene().client();
        final ClientSession secondSession = pair.connectAnother(second);
        pair.until("the second", second::isEstablished);
        assertThat(pair.portal.sessions()).isEqualTo(2);
        final RecordingClient third = scene().client();
        pair.connectAnother(third);
        pair.until("CLOSED", third::isClosed);
        third.assertClosed(EventReason.LIMIT_REACHED);
        assertThat(third.isEstablished()).isFalse();
        secondSession.close();
        pair.until("a place is free", () -> pair.portal.sessions() == 1);
        final RecordingClient fourth = scene().client();
        pair.connectAnother(fourth);
        pair.until("the fourth", fourth::isEstablished);
        pair.roundTrip(1);
    }

    @Test
    default void ofTooManyThatWaitTheOldestMakesRoom() {
        final Pair pair = undecided().portal(options -> options.withMaxPending(2)).connecting();
        pair.until("the first question", () -> pair.asked().size() == 1);
        final RecordingClient second = scene().client();
        final RecordingClient third = scene().client();
        pair.connectAnother(second);
        pair.until("the second question", () -> pair.asked().size() == 2);
        pair.connectAnother(third);
        pair.until("the third question", () -> pair.asked().size() == 3);
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.LIMIT_REACHED);
        assertThat(pair.asked().get(0).isOpen()).isFalse();
        pair.asked().get(1).accept(pair.server);
        pair.asked().get(2).accept(pair.server);
        pair.until("both", () -> second.isEstablished() && third.isEstablished());
    }

    @Test
    default void aClosedPortalListensNoMoreAndItsSessionsLive() {
        final Pair pair = scene().pair().established();
        pair.portal.close();
        pair.portal.close();
        scene().untilQuiet();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
        final RecordingClient late = scene().client();
        pair.connectAnother(late);
        pair.until("CLOSED", late::isClosed);
        late.assertClosed(EventReason.REFUSED);
        assertThat(pair.portal.sessions()).isEqualTo(1);
        pair.session().close();
        pair.untilClosed();
        assertThat(pair.portal.sessions()).isZero();
    }

    @Test
    default void whoWaitsForADecisionIsTurnedAwayWhenThePortalCloses() {
        final Pair pair = undecided().connecting();
        pair.send(1);
        final SessionRequest request = asked(pair);
        pair.portal.close();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.isEstablished()).isFalse();
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        assertThat(request.isOpen()).isFalse();
    }

    @Test
    default void aPortalTellsThatItIsClosedOnceAndMayBeClosedInEveryCallBack() {
        final EventQueueHandler queue = scene().queue();
        scene().pool(queue, 2, 8, 8, PoolUse.BOTH);
        final List<ServerPortal> closed = new ArrayList<>();
        final ServerPortal[] portals = new ServerPortal[1];
        final var server = scene().server();
        portals[0] =
                ServerPortal.listen(
                        queue,
                        transport().listenUri(),
                        new ServerPortal.Handler() {
                            @Override
                            public void onSessionNew(final SessionRequest request) {
                                request.accept(server);
                                portals[0].close();
                            }

                            @Override
                            public void onClosed(final ServerPortal portal) {
                                closed.add(portal);
                                portal.close();
                            }
                        },
                        transport().portalOptions());
        final RecordingClient client = scene().client();
        final ClientSession session =
                ClientSession.connect(
                        queue, portals[0].uri(), client, transport().connectOptions());
        scene().until("both", () -> client.isEstablished() && !closed.isEmpty());
        scene().untilQuiet();
        assertThat(closed).containsExactly(portals[0]);
        scene().closeInOrder(session, client);
    }

    @Test
    default void aPlaceThatWasListenedOnCanBeListenedOnAgain() {
        final Pair pair = scene().pair().established();
        final var uri = pair.portal.uri();
        pair.session().close();
        pair.untilClosed();
        pair.portal.close();
        scene().untilQuiet();
        final ServerPortal again =
                ServerPortal.listen(
                        pair.serverQueue,
                        uri,
                        request -> request.accept(pair.server),
                        transport().portalOptions());
        assertThat(again.uri()).isEqualTo(uri);
        final RecordingClient client = scene().client();
        final ClientSession session =
                ClientSession.connect(pair.clientQueue, uri, client, transport().connectOptions());
        client.send(session, pair.request(3));
        pair.until("an answer", () -> client.responses() == 1);
    }

    @Test
    default void aPlaceThatIsTakenCannotBeListenedOn() {
        final Pair pair = scene().pair().established();
        final EventQueueHandler other = scene().queue();
        assertThatThrownBy(
                        () ->
                                ServerPortal.listen(
                                        other,
                                        pair.portal.uri(),
                                        request -> {},
                                        transport().portalOptions()))
                .isInstanceOf(VerbenaException.class)
                .hasMessageContaining(pair.portal.uri().getSchemeSpecificPart().substring(2))
                .extracting(thrown -> ((VerbenaException) thrown).reason())
                .isEqualTo(EventReason.BIND_FAILED);
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void twoPortalsOfOneEventQueueDoNotMix() {
        final Pair first = scene().pair().onOneQueue().established();
        final List<String> atSecond = new ArrayList<>();
        final ServerPortal second =
                ServerPortal.listen(
                        first.serverQueue,
                        transport().listenUri(),
                        request -> {
                            atSecond.add(request.transport());
                            request.reject(2, "the second");
                        },
                        transport().portalOptions());
        final RecordingClient client = scene().client();
        final ClientSession session =
                ClientSession.connect(
                        first.clientQueue, second.uri(), client, transport().connectOptions());
        first.until("CLOSED", client::isClosed);
        assertThat(client.closed().rejectCode()).isEqualTo(2);
        assertThat(session.state()).isEqualTo(SessionState.CLOSED);
        assertThat(atSecond).containsExactly(first.session().transport());
        first.roundTrip(1);
        assertThat(first.asked()).hasSize(1);
    }
}
