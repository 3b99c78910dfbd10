// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.ServerPortal;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.mem.FastMemTransportProvider;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a session is carried by, and in what time that is settled. */
class AutoUpgradeTest extends AutoScene {
    @Test
    void aSessionIsCarriedByTheFastTransportWhereBothEndsHaveIt() {
        final Pair pair = pair().established();
        pair.roundTrip(100);

        assertThat(pair.session().transportDetail()).isEqualTo(UPGRADED);
        assertThat(pair.serverSession().transportDetail()).isEqualTo(UPGRADED);
        assertThat(pair.clientQueue.counters().upgrades()).isEqualTo(1);
        assertThat(pair.serverQueue.counters().upgrades()).isEqualTo(1);
        assertThat(pair.clientQueue.counters().fallbacks()).isZero();
    }

    @Test
    void theServersApplicationIsAskedWhenItIsSettled() {
        final Pair pair =
                pair().decides(
                                (self, request) -> {
                                    assertThat(request.transportDetail()).isEqualTo(UPGRADED);
                                    self.accepted(request.accept(self.server));
                                })
                        .established();

        assertThat(pair.asked()).hasSize(1);
    }

    @Test
    void requestsSentBeforeEstablishmentNeverNotice() {
        final Pair pair = pair().connecting();
        pair.sendMany(15, 10);
        pair.untilResponses(15);

        assertThat(pair.session().transportDetail()).isEqualTo(UPGRADED);
    }

    @Test
    void anApplicationMayTakeItsTimeToDecide() {
        final Pair pair =
                pair().portal(options -> options.withHelloTimeoutNs(60_000_000_000L))
                        .connect(options -> options.withHelloTimeoutNs(60_000_000_000L))
                        .decides((self, request) -> {})
                        .connecting();
        pair.until("asked", () -> !pair.asked().isEmpty());
        scene.pass(TimeUnit.SECONDS.toNanos(8), TimeUnit.MILLISECONDS.toNanos(100));
        pair.accepted(pair.asked().get(0).accept(pair.server));
        pair.establish();

        assertThat(pair.session().transportDetail()).isEqualTo(UPGRADED);
    }

    @Test
    void aPlainClientOfThePortalStaysWhereItIs() {
        final Pair pair = pair().listening();
        final RecordingClient plain = scene.client();
        final ClientSession session =
                ClientSession.connect(
                        pair.clientQueue,
                        URI.create("mem://" + pair.portal.uri().getRawAuthority()),
                        plain);
        scene.until("ESTABLISHED", plain::isEstablished);

        assertThat(session.transportDetail()).isEqualTo("mem");
        assertThat(pair.serverSession().transportDetail())
                .isEqualTo(without("the client doesn't ask for it"));
        assertThat(pair.serverQueue.counters().fallbacks()).isZero();
        scene.closeInOrder(session, plain);
    }

    @Test
    void aPlainPortalsSessionsStayWhereTheyAre() {
        final Pair pair = pair().listening();
        final ServerPortal plain =
                ServerPortal.listen(
                        pair.serverQueue,
                        URI.create("mem://plain"),
                        request -> request.accept(pair.server));
        final RecordingClient client = scene.client();
        final ClientSession session =
                ClientSession.connect(pair.clientQueue, URI.create("auto+mem://plain"), client);
        scene.until("ESTABLISHED", client::isEstablished);

        assertThat(session.transportDetail()).isEqualTo(without("the server doesn't offer it"));
        assertThat(pair.clientQueue.counters().fallbacks()).isEqualTo(1);
        scene.closeInOrder(session, client);
        plain.close();
    }

    @Test
    void bothLinksEndWithTheSession() {
        final Pair pair = pair().established();
        pair.roundTrip(1);
        pair.session().close();
        pair.untilClosed();

        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    void theFastTransportIsOpenedOnlyWhereItIsNeeded() {
        FastMemTransportProvider.missing("no such device");
        final Pair pair = pair().established();

        assertThat(pair.session().transportDetail())
                .isEqualTo(without("the server: no such device"));
    }
}
