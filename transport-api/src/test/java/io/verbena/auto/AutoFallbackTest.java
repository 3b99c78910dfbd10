// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.ServerPortal;
import io.verbena.testkit.Pair;
import io.verbena.testkit.mem.Direction;
import io.verbena.testkit.mem.FastMemTransportProvider;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Every way in which the fast transport can fail, and that the session does without it, in time.
 */
class AutoFallbackTest extends AutoScene {
    private static final long SLACK_MS = 50;

    /** Establishes the session within a second, plus what timers are late by. */
    private void establishInTime(final Pair pair) {
        final long start = scene.clock().getAsLong();
        pair.sendMany(3, 10);
        for (int ms = 0; ms < 2000 && !pair.client.isEstablished(); ms++) {
            scene.passMs(1);
        }
        final long tookMs = TimeUnit.NANOSECONDS.toMillis(scene.clock().getAsLong() - start);
        assertThat(pair.client.isEstablished()).isTrue();
        assertThat(tookMs).isLessThan(1000 + SLACK_MS);
        pair.untilResponses(3);
        assertThat(pair.clientQueue.counters().fallbacks()).isEqualTo(1);
        assertThat(pair.serverQueue.counters().fallbacks()).isEqualTo(1);
        assertThat(pair.clientQueue.counters().upgrades()).isZero();
        assertThat(pair.serverQueue.counters().upgrades()).isZero();
    }

    @Test
    void theServerLacksIt() {
        FastMemTransportProvider.missing("no device: plug one in");
        final Pair pair = pair().listening();
        FastMemTransportProvider.missing(null);
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail())
                .isEqualTo(without("the server: no device: plug one in"));
        assertThat(pair.serverSession().transportDetail())
                .isEqualTo(without("no device: plug one in"));
    }

    @Test
    void theClientLacksIt() {
        final Pair pair = pair().listening();
        FastMemTransportProvider.missing("no device: plug one in");
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail()).isEqualTo(without("no device: plug one in"));
        assertThat(pair.serverSession().transportDetail())
                .isEqualTo(without("the client: no device: plug one in"));
    }

    @Test
    void theServerCanNotListen() {
        final URI taken = scene.transport().listenUri();
        final Pair pair;
        final int number = 1 + Integer.parseInt(taken.getRawAuthority().replaceAll("\\D+", ""));
        final var squatters = scene.queue();
        for (final String suffix :
                new String[] {AutoMemTransportProvider.DATA, AutoMemTransportProvider.OTHER_DATA}) {
            ServerPortal.listen(
                    squatters, URI.create("mem://auto" + number + suffix), request -> {});
        }
        pair = pair().connecting();
        establishInTime(pair);

        assertThat(pair.session().transportDetail()).contains("the server").contains("in use");
    }

    @Test
    void aTakenAddressIsNotTheOnlyOne() {
        final URI taken = scene.transport().listenUri();
        final int number = 1 + Integer.parseInt(taken.getRawAuthority().replaceAll("\\D+", ""));
        ServerPortal.listen(
                scene.queue(),
                URI.create("mem://auto" + number + AutoMemTransportProvider.DATA),
                request -> {});
        final Pair pair = pair().established();

        assertThat(pair.session().transportDetail()).isEqualTo(UPGRADED);
    }

    @Test
    void itIsRefused() {
        final Pair pair = pair().listening();
        data(pair).refuseConnects(true);
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail()).contains("nobody listens");
        assertThat(pair.serverSession().transportDetail())
                .startsWith("mem (fastmem: the client: nobody listens");
    }

    @Test
    void nobodyAnswers() {
        final Pair pair = pair().listening();
        data(pair).holdConnects(true);
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail())
                .isEqualTo(without("no connection within 1000 ms"));
    }

    @Test
    void theLinkCarriesNothingToTheServer() {
        final Pair pair = pair().listening();
        data(pair).stall(Direction.TO_SERVER);
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail())
                .isEqualTo(without("no connection within 1000 ms"));
    }

    @Test
    void theLinkBreaksBeforeTheTokenIsThere() {
        final Pair pair = pair().listening();
        data(pair).cutAtFrame(Direction.TO_SERVER, 1);
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail()).contains("cut");
    }

    @Test
    void theServerWaitsNoLongerThanItsOwnTime() {
        final Pair pair =
                pair().portal(options -> options.withUpgradeTimeoutNs(300_000_000L)).listening();
        data(pair).stall(Direction.TO_SERVER);
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail())
                .isEqualTo(without("the server didn't wait for it"));
        assertThat(pair.serverSession().transportDetail())
                .isEqualTo(without("the client has not connected within 300 ms"));
    }

    @Test
    void theTokenIsOfAnotherHost() {
        final Pair pair = pair().listening();
        AutoMemTransportProvider.strangers(true);
        pair.connect();
        establishInTime(pair);

        assertThat(pair.session().transportDetail())
                .isEqualTo(without("the server refused the token"));
        assertThat(pair.serverQueue.counters().protocolErrors()).isEqualTo(1);
    }

    /** The server has decided, and then the client hears nothing of it: it decides otherwise. */
    @Test
    void whatTheServerHasSaidOnALinkThatTheClientGaveUpIsSaidAgain() {
        final Pair pair = pair().listening();
        data(pair).stall(Direction.TO_SERVER);
        pair.connect();
        scene.passMs(10);
        // The token is on its way; of what the server says from now on the client hears nothing.
        control(pair).stall(Direction.TO_CLIENT);
        data(pair).stall(Direction.TO_CLIENT).release(Direction.TO_SERVER);
        pair.until("asked", () -> !pair.asked().isEmpty());
        assertThat(pair.asked().get(0).transportDetail()).isEqualTo(UPGRADED);
        data(pair).cut();
        scene.passMs(10);
        control(pair).release(Direction.TO_CLIENT);
        pair.establish();
        pair.roundTrip(10);

        assertThat(pair.asked()).hasSize(1);
        assertThat(pair.serverSession().transportDetail()).startsWith("mem (fastmem: the client: ");
        assertThat(pair.serverQueue.counters().upgrades()).isZero();
    }

    @Test
    void aRejectionReachesTheClientOnWhicheverLink() {
        final Pair pair = pair().decides((self, request) -> request.reject(7, "no")).listening();
        data(pair).refuseConnects(true);
        pair.connect();
        pair.until("CLOSED", pair.client::isClosed);

        pair.client.assertClosed(EventReason.REJECTED);
        assertThat(pair.client.closed().rejectData()).isEqualTo("no");
    }
}
