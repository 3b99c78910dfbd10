// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.testkit.Pair;
import io.verbena.testkit.mem.Direction;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A session on two links: losing either ends it, once, with the true reason. */
class AutoLinksTest extends AutoScene {
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(10);

    @Test
    void theEndOfTheControlConnectionIsTheSessions() {
        final Pair pair = pair().established();
        pair.roundTrip(1);
        control(pair).cut();
        pair.untilClosed();

        pair.client.assertClosed(EventReason.TRANSPORT_ERROR);
        pair.server.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(pair.client.closed().detail()).contains("cut by a test");
    }

    @Test
    void theEndOfTheDataLinkIsTheSessions() {
        final Pair pair = pair().established();
        pair.roundTrip(1);
        data(pair).cut();
        scene.passMs(60);
        pair.untilClosed();

        pair.client.assertClosed(EventReason.TRANSPORT_ERROR);
        pair.server.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(pair.client.closed().detail()).contains("cut by a test");
    }

    @Test
    void whatWasInFlightIsFlushed() {
        final Pair pair = pair().established();
        pair.server.hold();
        pair.sendMany(3, 10);
        pair.untilRequests(3);
        control(pair).cut();
        pair.server.whenClosing(session -> pair.server.discardHeld());
        pair.untilClosed();

        assertThat(pair.client.errorReasons())
                .containsExactly(EventReason.FLUSHED, EventReason.FLUSHED, EventReason.FLUSHED);
    }

    @Test
    void aControlConnectionThatIsSilentEndsTheSession() {
        final Pair pair =
                pair().bothSessions(
                                options ->
                                        options.withKeepaliveIntervalNs(100_000_000L)
                                                .withKeepaliveMisses(3))
                        .established();
        scene.passMs(2000);
        assertThat(pair.client.isClosed()).isFalse();
        control(pair).stall(Direction.TO_CLIENT);
        scene.passMs(600);

        pair.client.assertClosed(EventReason.KEEPALIVE_TIMEOUT);
        pair.until("no session", () -> pair.portal.sessions() == 0);
    }

    @Test
    void aShortIntervalOfThePeersDoesNotStretchTheTime() {
        final Pair pair =
                pair().clientSession(
                                options ->
                                        options.withKeepaliveIntervalNs(100_000_000L)
                                                .withKeepaliveMisses(3))
                        .serverSession(
                                options ->
                                        options.withKeepaliveIntervalNs(1_000_000L)
                                                .withKeepaliveMisses(1000))
                        .established();
        control(pair).stall(Direction.TO_CLIENT);
        scene.passMs(330);

        pair.client.assertClosed(EventReason.KEEPALIVE_TIMEOUT);
        pair.until("no session", () -> pair.portal.sessions() == 0);
    }

    @Test
    void aDataLinkThatIsSilentEndsTheSession() {
        final Pair pair =
                pair().bothSessions(
                                options ->
                                        options.withKeepaliveIntervalNs(100_000_000L)
                                                .withKeepaliveMisses(3))
                        .established();
        data(pair).stall(Direction.TO_CLIENT);
        scene.passMs(600);

        pair.client.assertClosed(EventReason.KEEPALIVE_TIMEOUT);
        pair.until("no session", () -> pair.portal.sessions() == 0);
    }

    @Test
    void afterALaterDeathTheFastTransportIsNotTriedForAPause() {
        final Pair pair = pair().connect(o -> o.withUpgradePauseNs(PAUSE_NS)).established();
        die(pair);

        assertThat(connectAgain(pair)).contains("failed 0 s ago").contains("tried again in");
        AutoMemTransportProvider.CLOCK.addAndGet(PAUSE_NS + 1);
        assertThat(connectAgain(pair)).isEqualTo(UPGRADED);
    }

    @Test
    void eachDeathMakesThePauseTwiceAsLong() {
        final Pair pair = pair().connect(o -> o.withUpgradePauseNs(PAUSE_NS)).established();
        die(pair);
        AutoMemTransportProvider.CLOCK.addAndGet(PAUSE_NS + 1);
        final var client = scene.client();
        final var session = pair.connectAnother(client);
        scene.until("ESTABLISHED", client::isEstablished);
        assertThat(session.transportDetail()).isEqualTo(UPGRADED);
        data(pair).cut();
        scene.passMs(60);
        scene.until("CLOSED", client::isClosed);

        AutoMemTransportProvider.CLOCK.addAndGet(PAUSE_NS + 1);
        assertThat(connectAgain(pair)).contains("failed 10 s ago");
        AutoMemTransportProvider.CLOCK.addAndGet(PAUSE_NS);
        assertThat(connectAgain(pair)).isEqualTo(UPGRADED);
    }

    @Test
    void thatAServerEndsIsNoFaultOfTheFastTransport() {
        final Pair pair = pair().connect(o -> o.withUpgradePauseNs(PAUSE_NS)).established();
        data(pair).cut();
        scene.passMs(10);
        control(pair).cut();
        pair.untilClosed();

        assertThat(connectAgain(pair)).isEqualTo(UPGRADED);
    }

    private void die(final Pair pair) {
        data(pair).cut();
        scene.passMs(60);
        pair.untilClosed();
    }

    private String connectAgain(final Pair pair) {
        final var client = scene.client();
        final var session = pair.connectAnother(client);
        scene.until("ESTABLISHED", client::isEstablished);
        final String detail = session.transportDetail();
        scene.closeInOrder(session, client);
        return detail;
    }
}
