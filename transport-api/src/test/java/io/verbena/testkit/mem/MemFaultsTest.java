// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.testkit.Event;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Scene;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only the mem transport can do to an engine, and that it does what it says. */
@ExtendWith(Leaks.class)
class MemFaultsTest {
    private Scene scene;

    @BeforeEach
    void setTheScene() {
        scene = new Scene(new MemUnderTest());
    }

    @AfterEach
    void clearTheScene() throws Exception {
        scene.close();
        MemNetwork.reset();
    }

    private static MemFaults faults(final Pair pair) {
        return MemNetwork.faults(pair.portal.uri());
    }

    @Test
    void delayIsVirtualTimeOfTheReceiver() {
        final Pair pair = scene.pair().established();
        faults(pair).delay(Direction.TO_SERVER, 30_000_000).delay(Direction.TO_CLIENT, 20_000_000);
        pair.send(1);
        scene.passMs(29);
        assertThat(pair.server.requests()).isZero();
        scene.passMs(3);
        assertThat(pair.server.requests()).isEqualTo(1);
        scene.passMs(16);
        assertThat(pair.client.responses()).isZero();
        scene.passMs(6);
        assertThat(pair.client.responses()).isEqualTo(1);
    }

    @Test
    void aRequestThatTricklesEndsItsSessionThoughItsClientIsAlive() {
        final Pair pair = scene.pair().established();
        faults(pair).split(Direction.TO_SERVER, 1);
        pair.send(1000);
        // A byte each 20 ms, which is less than the 1024 a second that are asked for.
        scene.until(
                "CLOSED",
                () -> {
                    scene.clock().advance(20_000_000);
                    return pair.server.closedSessions() > 0;
                });
        assertThat(pair.server.events(Event.Kind.CLOSED))
                .extracting(Event::reason)
                .containsExactly(EventReason.LIMIT_REACHED);
        assertThat(pair.portal.counters().slowPayloads()).isEqualTo(1);
        assertThat(pair.serverPool.available()).isEqualTo(16);
        pair.until("CLOSED at the client", pair.client::isClosed);
        pair.client.assertClosed(EventReason.LIMIT_REACHED);
    }

    @Test
    void delayKeepsOrder() {
        final Pair pair = scene.pair().established();
        faults(pair).delay(Direction.TO_SERVER, 10_000_000);
        pair.sendMany(3, 1);
        scene.runOnce();
        faults(pair).delay(Direction.TO_SERVER, 0);
        pair.sendMany(3, 2);
        scene.passMs(12);
        assertThat(pair.server.events(Event.Kind.REQUEST))
                .extracting(Event::length)
                .containsExactly(1, 1, 1, 2, 2, 2);
    }

    @Test
    void stallHoldsOneDirectionAndLosesNothing() {
        final Pair pair = scene.pair().established();
        faults(pair).stall(Direction.TO_CLIENT);
        pair.sendMany(5, 8);
        pair.untilRequests(5);
        scene.untilQuiet();
        assertThat(pair.client.responses()).isZero();
        faults(pair).release(Direction.TO_CLIENT);
        pair.untilResponses(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aLinkMayBreakAtAnyFrameToTheServer(final int frame) {
        aLinkMayBreakAtAnyFrame(Direction.TO_SERVER, frame);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aLinkMayBreakAtAnyFrameToTheClient(final int frame) {
        aLinkMayBreakAtAnyFrame(Direction.TO_CLIENT, frame);
    }

    private void aLinkMayBreakAtAnyFrame(final Direction direction, final int frame) {
        final Pair pair = scene.pair().listening();
        faults(pair).cutAtFrame(direction, frame);
        pair.connect();
        pair.sendMany(5, 8);
        scene.untilQuiet();
        pair.session().close();
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.responses() + pair.client.errors()).isEqualTo(5);
        pair.until("no session", () -> pair.portal.sessions() == 0);
        assertThat(pair.serverPool.available()).isEqualTo(16);
        assertThat(pair.clientPool.available()).isEqualTo(16);
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void aPayloadMayBreakOffInTheMiddle(final Direction direction) {
        final Pair pair = scene.pair().pools(4, 10_000).established();
        faults(pair).split(direction, 100);
        pair.send(10_000);
        for (int i = 0; i < 40; i++) {
            scene.runOnce();
        }
        assertThat(pair.client.responses()).isZero();
        faults(pair).cut();
        pair.untilClosed();
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        assertThat(pair.serverPool.available()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void aSessionMayBeClosedInTheMiddleOfAPayload(final Direction direction) {
        final Pair pair = scene.pair().pools(4, 10_000).established();
        faults(pair).split(direction, 100);
        pair.send(10_000);
        for (int i = 0; i < 40; i++) {
            scene.runOnce();
        }
        pair.session().close();
        pair.untilClosed();
        assertThat(pair.client.responses() + pair.client.errors()).isEqualTo(1);
    }

    @Test
    void whatTheTransportHoldsComesBackWhenItIsSent() {
        final Pair pair = scene.pair().established();
        faults(pair).hold(Direction.TO_CLIENT, 1).stall(Direction.TO_CLIENT);
        pair.sendMany(4, 8);
        pair.untilRequests(4);
        scene.untilQuiet();
        assertThat(pair.serverPool.available()).isEqualTo(12);
        assertThat(pair.serverSession().inFlight()).isEqualTo(4);
        faults(pair).release(Direction.TO_CLIENT);
        pair.untilResponses(4);
        pair.until("the pool is whole", () -> pair.serverPool.available() == 16);
    }

    @Test
    void whatTheTransportHeldWhenTheLinkBrokeComesBackWithAReason() {
        final Pair pair = scene.pair().established();
        faults(pair)
                .hold(Direction.TO_CLIENT, 1)
                .capacity(Direction.TO_CLIENT, 2, 4096)
                .stall(Direction.TO_CLIENT);
        pair.sendMany(5, 8);
        // Two answers on the link and one before it.
        pair.untilRequests(3);
        scene.untilQuiet();
        faults(pair).cut();
        pair.untilClosed();
        assertThat(pair.server.events(Event.Kind.MSG_ERROR))
                .extracting(Event::reason)
                .isEqualTo(Collections.nCopies(3, EventReason.FLUSHED));
        assertThat(pair.serverPool.available()).isEqualTo(16);
    }

    @Test
    void aRequestThatTheTransportHoldsIsQuarantinedAfterItsDeadline() {
        final Pair pair = scene.pair().established();
        faults(pair).hold(Direction.TO_SERVER, 1).stall(Direction.TO_SERVER);
        pair.client.send(pair.session(), pair.request(8), 100_000_000);
        scene.passMs(102);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.DEADLINE_EXCEEDED);
        assertThat(pair.clientPool.available()).isEqualTo(15);
        faults(pair).release(Direction.TO_SERVER);
        pair.until("the message is free", () -> pair.clientPool.available() == 16);
        assertThat(pair.client.responses()).isZero();
    }

    @Test
    void aConnectionThatHangsIsGivenUpInTime() {
        final Pair pair =
                scene.pair()
                        .connect(options -> options.withConnectTimeoutNs(500_000_000))
                        .listening();
        faults(pair).holdConnects(true);
        pair.connect();
        pair.send(1);
        scene.passMs(499);
        assertThat(pair.client.isClosed()).isFalse();
        scene.passMs(5);
        pair.client.assertClosed(EventReason.CONNECT_TIMEOUT);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
    }

    @Test
    void aConnectionThatHangsCanBeClosed() {
        final Pair pair = scene.pair().listening();
        faults(pair).holdConnects(true);
        pair.connect();
        pair.send(1);
        scene.untilQuiet();
        pair.session().close();
        pair.until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
    }

    @Test
    void aPeerThatTakesNoAnswersIsNoticed() {
        final Pair pair =
                scene.pair()
                        .clientPool(64, 64, 64)
                        .serverPool(64, 64, 64)
                        .bothSessions(
                                options ->
                                        options.withKeepaliveIntervalNs(100_000_000)
                                                .withKeepaliveMisses(3))
                        .established();
        faults(pair).stall(Direction.TO_CLIENT).capacity(Direction.TO_CLIENT, 4, 4096);
        pair.sendMany(64, 8);
        pair.untilRequests(5);
        scene.untilQuiet();
        assertThat(pair.server.events(Event.Kind.REQUEST))
                .as("requests, of which one is answered in vain")
                .hasSize(5);
        for (int i = 0; i < 100; i++) {
            scene.pass(20_000_000, 10_000_000);
        }
        // the client still sends keepalives until it misses the server's
        pair.until("CLOSED", () -> pair.server.closedSessions() == 1);
        assertThat(pair.serverPool.available()).isEqualTo(64);
        faults(pair).release(Direction.TO_CLIENT);
    }

    @Test
    void aPeerThatLivesAndTakesNothingHasAllItsMisses() {
        // the client's clock is fast: it says that it lives 4 times in 3 of the server's intervals
        final Pair pair =
                scene.pair()
                        .clientQueue(
                                options ->
                                        options.withNanoClock(
                                                () -> scene.clock().getAsLong() / 3 * 4))
                        .bothSessions(options -> options.withKeepaliveIntervalNs(100_000_000))
                        .clientSession(options -> options.withKeepaliveMisses(100))
                        .serverSession(options -> options.withKeepaliveMisses(10))
                        .established();
        scene.passMs(500);
        faults(pair).stall(Direction.TO_CLIENT).capacity(Direction.TO_CLIENT, 1, 4096);
        pair.sendMany(2, 8);
        // One answer on the link and one before it: nothing leaves the server any more.
        pair.untilRequests(2);
        scene.passMs(1000);
        assertThat(pair.server.closedSessions()).isZero();
        // One more to notice that the misses have begun, and each beat is late by a quarter.
        scene.passMs(500);
        pair.server.assertClosed(EventReason.PEER_STALLED);
        faults(pair).release(Direction.TO_CLIENT);
    }

    @Test
    void aResponseMayComeBeforeItsRequestIsKnownToBeSent() {
        final Pair pair = scene.pair().established();
        faults(pair).hold(Direction.TO_SERVER, 1).tellSentLate(true);
        for (int i = 0; i < 20; i++) {
            pair.sendMany(3, 8);
            pair.untilResponses(3 * (i + 1));
        }
        pair.until("the pool is whole", () -> pair.clientPool.available() == 16);
    }
}
