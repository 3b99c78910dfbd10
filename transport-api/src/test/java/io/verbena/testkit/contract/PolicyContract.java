// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.SharedSecret;
import io.verbena.Throttle;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A portal's limits: each is kept, counted, and told of. */
public interface PolicyContract extends Part {
    private RecordingClient another(final Pair pair) {
        final RecordingClient client = scene().client();
        final var unused = pair.connectAnother(client);
        return client;
    }

    /**
     * What a client hears that was refused as soon as it was connected, for whose host it is.
     *
     * @return the reason; another where the portal can't speak before there was a handshake.
     */
    default EventReason heardByAnUnwantedHost() {
        return EventReason.LIMIT_REACHED;
    }

    private void assertHostRefused(final Pair pair, final RecordingClient client) {
        assertRefused(pair, client, heardByAnUnwantedHost());
    }

    private void assertRefused(final Pair pair, final RecordingClient client) {
        assertRefused(pair, client, EventReason.LIMIT_REACHED);
    }

    private void assertRefused(
            final Pair pair, final RecordingClient client, final EventReason heard) {
        pair.until("CLOSED", client::isClosed);
        client.assertClosed(heard);
        pair.until("the refusal", () -> !pair.refused().isEmpty());
        assertThat(pair.refusals()).containsExactly(EventReason.LIMIT_REACHED);
        assertThat(pair.serverQueue.counters().connectionsRefused()).isEqualTo(1);
    }

    @Test
    default void sessionsBeyondTheirNumberAreRefused() {
        final Pair pair = scene().pair().portal(with -> with.withMaxSessions(1)).established();
        assertRefused(pair, another(pair));
        assertThat(pair.portal.counters().sessionLimits()).isEqualTo(1);
        assertThat(pair.portal.counters().sessions()).isEqualTo(1);
        pair.roundTrip(10);
    }

    @Test
    default void aHostThatHasAsManyConnectionsAsItMayGetsNoMoreUntilOneIsClosed() {
        final Pair pair = scene().pair().portal(with -> with.withMaxPerHost(2)).established();
        final RecordingClient second = another(pair);
        pair.until("ESTABLISHED", second::isEstablished);
        assertHostRefused(pair, another(pair));
        assertThat(pair.portal.counters().hostLimits()).isEqualTo(1);
        assertThat(pair.asked()).hasSize(2);
        pair.roundTrip(10);
        scene().closeInOrder(pair.session(), pair.client);
        pair.untilClosed();
        final RecordingClient late = another(pair);
        pair.until("ESTABLISHED", late::isEstablished);
    }

    @Test
    default void aConnectionWithoutASessionCountsForItsHostAsWell() {
        final Pair pair =
                scene().pair()
                        .portal(with -> with.withMaxPerHost(1))
                        .decides((self, request) -> {})
                        .connecting();
        pair.until("the question", () -> pair.asked().size() == 1);
        assertHostRefused(pair, another(pair));
        pair.asked().get(0).reject(1, "");
        pair.until("CLOSED", pair.client::isClosed);
        final RecordingClient next = another(pair);
        pair.until("the next question", () -> pair.asked().size() == 2);
        pair.accepted(pair.asked().get(1).accept(pair.server));
        pair.until("ESTABLISHED", next::isEstablished);
    }

    @Test
    default void ofConnectionsThatWaitThoseBeyondTheirNumberMakeRoomAndAreCounted() {
        final Pair pair =
                scene().pair()
                        .portal(with -> with.withMaxPending(1))
                        .decides((self, request) -> {})
                        .connecting();
        pair.until("the question", () -> pair.asked().size() == 1);
        final RecordingClient next = another(pair);
        assertRefused(pair, pair.client);
        assertThat(pair.portal.counters().pendingLimits()).isEqualTo(1);
        pair.until("the next question", () -> pair.asked().size() == 2);
        pair.accepted(pair.asked().get(1).accept(pair.server));
        pair.until("ESTABLISHED", next::isEstablished);
    }

    @Test
    default void connectionsBeyondTheRateWaitOrAreRefusedAndNoneIsForgotten() {
        final Pair pair =
                scene().pair().portal(with -> with.withMaxAcceptsPerSecond(3)).established();
        final List<RecordingClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(another(pair));
        }
        pair.until(
                "the sessions of the rest of the first second's",
                () -> clients.stream().filter(RecordingClient::isEstablished).count() == 2);
        pair.until(
                "the limit",
                () ->
                        pair.portal.counters().ratePauses() + pair.portal.counters().rateRefusals()
                                > 0);
        scene().untilQuiet();
        assertThat(clients.stream().filter(RecordingClient::isEstablished)).hasSize(2);
        assertThat(pair.throttled().size() + pair.refused().size()).isPositive();
        scene().pass(1_500_000_000L, 50_000_000L);
        pair.until(
                "each client's session, or its end",
                () -> clients.stream().allMatch(c -> c.isEstablished() || c.isClosed()));
        assertThat(pair.refusals()).containsOnly(refused(pair));
        assertThat(pair.refused()).hasSize((int) pair.portal.counters().rateRefusals());
        final RecordingClient late = another(pair);
        pair.until("ESTABLISHED", late::isEstablished);
    }

    private static EventReason[] refused(final Pair pair) {
        return pair.refused().isEmpty()
                ? new EventReason[0]
                : new EventReason[] {EventReason.LIMIT_REACHED};
    }

    @Test
    default void aSessionThatHasItsShareOfTheMessagesWaitsForItselfAndNobodyElseDoes() {
        final Pair pair =
                scene().pair()
                        .serverPool(8, 1024, 1024)
                        .serverSession(with -> with.withMaxHeldBytes(2 * 2048))
                        .established();
        final RecordingClient other = scene().client();
        final var otherSession = pair.connectAnother(other);
        pair.until("ESTABLISHED", other::isEstablished);
        pair.server.hold();
        pair.sendMany(5, 10);
        pair.untilRequests(2);
        scene().untilQuiet();
        assertThat(pair.server.requests()).isEqualTo(2);
        assertThat(pair.serverPool.available()).isEqualTo(6);
        assertThat(pair.portal.counters().memoryPauses()).isEqualTo(1);
        assertThat(pair.throttled()).containsExactly(Throttle.SESSION_MEMORY);
        other.send(otherSession, pair.request(10));
        pair.untilRequests(3);
        for (int i = 1; i <= 6; i++) {
            pair.untilRequests(Math.min(6, i));
            pair.server.echoFirst();
        }
        pair.untilResponses(5);
        pair.until("the other's answer", () -> other.responses() == 1);
        pair.until("the pool is whole", () -> pair.serverPool.available() == 8);
    }

    @Test
    default void aShareOfLessThanAMessageIsOneMessage() {
        final Pair pair =
                scene().pair().serverSession(with -> with.withMaxHeldBytes(1)).established();
        pair.sendMany(10, 10);
        pair.untilResponses(10);
        pair.server.hold();
        pair.sendMany(2, 10);
        pair.untilRequests(11);
        scene().untilQuiet();
        assertThat(pair.server.requests()).isEqualTo(11);
        pair.serverSession().discardRequest(pair.server.held().remove(0).msg());
        pair.untilRequests(12);
        pair.server.echoFirst();
        pair.until("both", () -> pair.client.responses() == 11 && pair.client.errors() == 1);
    }

    @Test
    default void aSessionThatWaitsForItsShareClosesInOrder() {
        final Pair pair =
                scene().pair().serverSession(with -> with.withMaxHeldBytes(1)).established();
        pair.server.hold();
        pair.sendMany(3, 10);
        pair.untilRequests(1);
        scene().untilQuiet();
        pair.session().close();
        for (int i = 1; i <= 3; i++) {
            pair.untilRequests(i);
            pair.server.echoFirst();
        }
        pair.untilClosed();
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        assertThat(pair.client.responses()).isEqualTo(3);
    }

    @Test
    default void aPortalCountsWhomItHasNotLetIn() {
        final Pair pair =
                scene().pair()
                        .portal(with -> with.withSecret(SharedSecret.of(new byte[16])))
                        .connecting();
        pair.until("CLOSED", pair.client::isClosed);
        pair.until("the refusal", () -> !pair.refused().isEmpty());
        assertThat(pair.portal.counters().authenticationFailures()).isEqualTo(1);
        assertThat(pair.portal.counters().connections()).isEqualTo(1);
        assertThat(pair.portal.counters().sessions()).isZero();
    }
}
