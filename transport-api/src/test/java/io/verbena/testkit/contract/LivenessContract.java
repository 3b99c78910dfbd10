// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.PoolUse;
import io.verbena.ServerSession;
import io.verbena.SessionState;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.PairSpec;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.Wire;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether the peer is still there: keepalive, broken links, nobody at home. */
public interface LivenessContract extends Part {
    /** Keepalive: every 100 ms, three misses forgiven. */
    private PairSpec beating() {
        return scene().pair()
                .bothSessions(
                        options ->
                                options.withKeepaliveIntervalNs(100_000_000)
                                        .withKeepaliveMisses(3));
    }

    @Test
    default void aSilentPeerIsNoticedAtBothEnds() {
        final Pair pair = beating().wired().established();
        scene().passMs(200);
        pair.wire.stall();
        scene().pass(1_000_000_000, 10_000_000);
        pair.until("CLOSED", pair.client::isClosed);
        pair.until("CLOSED", () -> pair.server.closedSessions() == 1);
        if (scene().transport().isAbortHeardThroughAStall()) {
            assertThat(
                            List.of(
                                    pair.client.closed().reason(),
                                    pair.server.events(Event.Kind.CLOSED).get(0).reason()))
                    .contains(EventReason.KEEPALIVE_TIMEOUT)
                    .isSubsetOf(EventReason.KEEPALIVE_TIMEOUT, EventReason.TRANSPORT_ERROR);
        } else {
            pair.client.assertClosed(EventReason.KEEPALIVE_TIMEOUT);
            pair.server.assertClosed(EventReason.KEEPALIVE_TIMEOUT);
        }
        pair.wire.release();
    }

    @Test
    default void aPeerIsForgivenAsManyMissesAsTheOptionsSay() {
        final Pair pair = beating().wired().established();
        scene().passMs(500);
        pair.wire.stall();
        scene().pass(290_000_000, 10_000_000);
        assertThat(pair.client.isClosed()).isFalse();
        assertThat(pair.server.closedSessions()).isZero();
        pair.wire.release();
        scene().pass(1_000_000_000, 10_000_000);
        assertThat(pair.client.isClosed()).isFalse();
        assertThat(pair.server.closedSessions()).isZero();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void requestsInFlightToASilentPeerAreFlushed() {
        final Pair pair = beating().wired().established();
        pair.server.hold();
        pair.sendMany(4, 8);
        pair.untilRequests(4);
        pair.wire.stall();
        scene().pass(1_000_000_000, 10_000_000);
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.errorReasons())
                .isEqualTo(Collections.nCopies(4, EventReason.FLUSHED));
        pair.wire.release();
    }

    @Test
    default void anIdleSessionLives() {
        final Pair pair = beating().established();
        scene().pass(10_000_000_000L, 20_000_000);
        assertThat(pair.client.isClosed()).isFalse();
        assertThat(pair.server.closedSessions()).isZero();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void anIdleSessionWithTheDefaultsLives() {
        final Pair pair = scene().pair().established();
        scene().pass(120_000_000_000L, 500_000_000);
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void anEndThatWantsNoKeepaliveAnswersOneThatDoes() {
        final Pair pair =
                scene().pair()
                        .clientSession(options -> options.withKeepaliveIntervalNs(0))
                        .serverSession(options -> options.withKeepaliveIntervalNs(100_000_000))
                        .established();
        scene().pass(3_000_000_000L, 20_000_000);
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void endsWithDifferentIntervalsSatisfyEachOther() {
        final Pair pair =
                scene().pair()
                        .clientSession(options -> options.withKeepaliveIntervalNs(2_000_000_000))
                        .serverSession(options -> options.withKeepaliveIntervalNs(100_000_000))
                        .established();
        scene().pass(5_000_000_000L, 20_000_000);
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void withoutKeepaliveASilentPeerIsWaitedFor() {
        final Pair pair =
                scene().pair()
                        .wired()
                        .bothSessions(options -> options.withKeepaliveIntervalNs(0))
                        .established();
        pair.wire.stall();
        scene().pass(100_000_000_000L, 1_000_000_000);
        assertThat(pair.client.isClosed()).isFalse();
        pair.wire.release();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    default void aServerThatIsBusyForLongIsNotDead() {
        final Pair pair = beating().serverPool(2, 64, 64).established();
        final RecordingClient other = scene().client();
        final ClientSession otherSession = pair.connectAnother(other);
        pair.until("the other session", other::isEstablished);
        pair.server.hold();
        pair.sendMany(2, 8);
        pair.untilRequests(2);
        other.send(otherSession, pair.request(8));
        other.send(otherSession, pair.request(8));
        scene().pass(3_000_000_000L, 20_000_000);
        assertThat(other.isClosed()).isFalse();
        assertThat(pair.client.isClosed()).isFalse();
        assertThat(pair.server.requests()).isEqualTo(2);
        pair.server.echo();
        pair.server.echoFirst();
        pair.server.echoFirst();
        pair.untilResponses(2);
        pair.until("the other's answers", () -> other.responses() == 2);
    }

    @Test
    default void aPeerThatTakesNothingIsNoticedHoweverMuchWaits() {
        final Pair pair = beating().wired().pools(64, 100_000).established();
        pair.wire.stall();
        pair.sendMany(64, 100_000);
        scene().pass(2_000_000_000, 10_000_000);
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.closed().reason())
                .isIn(EventReason.KEEPALIVE_TIMEOUT, EventReason.PEER_STALLED);
        assertThat(pair.client.errors()).isEqualTo(64);
        pair.wire.release();
    }

    @Test
    default void aBrokenLinkIsATransportErrorAtBothEnds() {
        final Pair pair = scene().pair().wired().established();
        pair.wire.cut();
        pair.untilClosed();
        pair.client.assertClosed(EventReason.TRANSPORT_ERROR);
        pair.server.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(pair.client.isEstablished()).isTrue();
    }

    @Test
    default void sessionsOnOtherLinksAreUnharmed() {
        final Pair pair = scene().pair().established();
        final ServerSession unharmed = pair.serverSession();
        final Wire wire = scene().wire(pair.portal.uri());
        final RecordingClient cut = scene().client();
        final ClientSession cutSession =
                ClientSession.connect(
                        pair.clientQueue, wire.uri(), cut, transport().connectOptions());
        pair.until("the other session", cut::isEstablished);
        pair.server.hold();
        pair.sendMany(3, 8);
        cut.send(cutSession, pair.request(8));
        cut.send(cutSession, pair.request(8));
        pair.untilRequests(5);
        wire.cut();
        pair.until("CLOSED", cut::isClosed);
        assertThat(cut.errors()).isEqualTo(2);
        assertThat(pair.session().state()).isEqualTo(SessionState.ESTABLISHED);
        pair.server.held().stream()
                .filter(held -> held.session().equals(unharmed))
                .toList()
                .forEach(
                        held -> {
                            pair.server.held().remove(held);
                            held.echo();
                        });
        pair.untilResponses(3);
        pair.server.discardHeld();
        pair.until("the pool is whole", () -> pair.serverPool.available() == 16);
    }

    @Test
    default void aLinkThatBreaksWhileTheServerDecidesClosesTheClientAndTheRequest() {
        final Pair pair = scene().pair().wired().decides((self, request) -> {}).connecting();
        pair.send(1);
        pair.until("the question", () -> pair.asked().size() == 1);
        pair.wire.cut();
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        pair.until("the server knows", () -> !pair.asked().get(0).isOpen());
    }

    @Test
    default void aLinkThatBreaksDuringAnOrderlyCloseStillEndsInOneEvent() {
        final Pair pair = scene().pair().wired().established();
        pair.server.hold();
        pair.send(1);
        pair.untilRequests(1);
        pair.session().close();
        pair.until("onClosing", () -> !pair.server.events(Event.Kind.CLOSING).isEmpty());
        pair.wire.cut();
        pair.server.discardHeld();
        pair.untilClosed();
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
    }

    @Test
    default void whereNobodyListensTheConnectionIsRefused() {
        final var queue = scene().queue();
        final var pool = scene().pool(queue, 2, 8, 8, PoolUse.CLIENT);
        final RecordingClient client = scene().client();
        final ClientSession session =
                ClientSession.connect(
                        queue, transport().nobodyUri(), client, transport().connectOptions());
        assertThat(session.state()).isEqualTo(SessionState.CONNECTING);
        client.send(session, pool.take());
        scene().until("CLOSED", client::isClosed);
        client.assertClosed(EventReason.REFUSED);
        assertThat(client.isEstablished()).isFalse();
        assertThat(client.errorReasons()).containsExactly(EventReason.FLUSHED);
        assertThat(queue.counters().connectFailures()).isEqualTo(1);
        assertThat(queue.counters().sessionsClosed()).isZero();
    }

    @Test
    default void aServerThatDoesNotAnswerHelloIsGivenUp() {
        final Pair pair =
                scene().pair()
                        .wired()
                        .connect(options -> options.withHelloTimeoutNs(300_000_000))
                        .listening();
        pair.wire.stall();
        pair.connect();
        pair.send(1);
        scene().pass(290_000_000, 10_000_000);
        assertThat(pair.client.isClosed()).isFalse();
        scene().pass(6_000_000_000L, 50_000_000);
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.closed().reason())
                .isIn(EventReason.HELLO_TIMEOUT, EventReason.CONNECT_TIMEOUT);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        pair.wire.release();
    }

    @Test
    default void aSessionTellsWhatCarriesItAndWhoIsAtTheOtherEnd() {
        final Pair pair = scene().pair().established();
        assertThat(pair.session().transport()).isNotEmpty();
        assertThat(pair.session().remoteAddress()).isNotEmpty();
        assertThat(pair.serverSession().transport()).isEqualTo(pair.session().transport());
        assertThat(pair.serverSession().remoteAddress()).isNotEmpty();
        pair.session().close();
        pair.untilClosed();
        assertThat(pair.session().inFlight()).isZero();
        assertThat(pair.serverSession().inFlight()).isZero();
    }
}
