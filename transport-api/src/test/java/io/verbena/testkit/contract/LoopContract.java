// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static io.verbena.EventQueueHandler.INFINITE_DURATION;
import static io.verbena.EventQueueHandler.INFINITE_EVENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.EventQueueCounters;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Pump;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** runEventLoop: what it counts, when it returns, and who may run it. */
public interface LoopContract extends Part {
    private EventQueueOptions realTimeOptions(final IdlePolicy policy) {
        return scene().realTimeOptions().withIdlePolicy(policy);
    }

    private EventQueueHandler realTime(final IdlePolicy policy) {
        return scene().ownQueue(realTimeOptions(policy));
    }

    private EventQueueHandler realTime() {
        return realTime(IdlePolicy.ADAPTIVE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7})
    default void noMoreMessagesAreDeliveredThanWereAskedForAndTheRestNextTime(final int most) {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(10, 8);
        final Pump alone = new Pump();
        alone.add(pair.clientQueue);
        int seen = 0;
        while (seen < 10) {
            final int before = seen;
            alone.until(
                    "a request",
                    () -> {
                        pair.serverQueue.runEventLoop(most, 0);
                        return pair.server.requests() > before;
                    });
            seen = pair.server.requests();
            assertThat(seen - before).isBetween(1, most);
        }
        assertThat(seen).isEqualTo(10);
    }

    @Test
    default void aFullMeasureIsDeliveredIfThereIsEnough() {
        final Pair pair =
                scene().pair()
                        .clientQueue(options -> scene().realTimeOptions())
                        .serverQueue(options -> scene().realTimeOptions())
                        .established();
        pair.server.hold();
        pair.sendMany(10, 8);
        final LoopThread client = new LoopThread(pair.clientQueue);
        assertThat(pair.serverQueue.runEventLoop(4, Pump.LIMIT_NS)).isEqualTo(4);
        assertThat(pair.server.requests()).isEqualTo(4);
        assertThat(pair.serverQueue.runEventLoop(6, Pump.LIMIT_NS)).isEqualTo(6);
        assertThat(pair.server.requests()).isEqualTo(10);
        client.end();
    }

    @Test
    default void responsesAreDeliveredOneByOneIfThatIsAskedFor() {
        final Pair pair = scene().pair().established();
        pair.server.hold();
        pair.sendMany(10, 8);
        pair.untilRequests(10);
        while (!pair.server.held().isEmpty()) {
            pair.server.echoFirst();
        }
        final Pump alone = new Pump();
        alone.add(pair.serverQueue);
        for (int i = 1; i <= 10; i++) {
            final int expected = i;
            alone.until(
                    "one response",
                    () -> {
                        assertThat(pair.clientQueue.runEventLoop(1, 0)).isBetween(0, 1);
                        assertThat(pair.client.responses()).isBetween(expected - 1, expected);
                        return pair.client.responses() == expected;
                    });
        }
    }

    @Test
    default void theLoopReturnsTheNumberOfEvents() {
        final Pair pair = scene().pair().connecting();
        pair.establish();
        pair.sendMany(5, 8);
        int events = 0;
        while (pair.client.responses() < 5) {
            final int before = pair.client.responses();
            scene().runOnce();
            final int got = pair.client.responses() - before;
            events += got;
        }
        assertThat(events).isEqualTo(5);
        assertThat(pair.clientQueue.runEventLoop(INFINITE_EVENTS, 0)).isZero();
    }

    @Test
    default void aLoopWithNothingToDoAndNoTimeReturnsAtOnce() {
        final EventQueueHandler queue = realTime();
        for (int i = 0; i < 100; i++) {
            assertThat(queue.runEventLoop(INFINITE_EVENTS, 0)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    default void aLoopWithNothingToDoReturnsWhenTheTimeIsOverAndNotBefore(final IdlePolicy policy) {
        final EventQueueHandler queue = realTime(policy);
        final Pair unused = scene().pair().listening();
        assertThat(unused.portal.sessions()).isZero();
        for (final long timeoutNs : new long[] {1, 999, 50_000, 1_000_001, 3_500_000, 20_000_000}) {
            final long start = System.nanoTime();
            assertThat(queue.runEventLoop(INFINITE_EVENTS, timeoutNs)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeoutNs);
        }
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    default void aLoopWithAListenerReturnsWhenTheTimeIsOverAndNotBefore(final IdlePolicy policy) {
        final Pair pair =
                scene().pair().serverQueue(options -> realTimeOptions(policy)).listening();
        for (final long timeoutNs : new long[] {1, 999, 50_000, 1_000_001, 3_500_000, 20_000_000}) {
            final long start = System.nanoTime();
            assertThat(pair.serverQueue.runEventLoop(INFINITE_EVENTS, timeoutNs)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeoutNs);
        }
    }

    @Test
    default void aBreakBeforeTheLoopMakesTheNextOneReturnAtOnceAndOnlyThatOne() {
        final EventQueueHandler queue = realTime();
        queue.breakEventLoop();
        assertThat(queue.runEventLoop(INFINITE_EVENTS, INFINITE_DURATION)).isZero();
        final long start = System.nanoTime();
        queue.runEventLoop(INFINITE_EVENTS, 2_000_000);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2_000_000);
    }

    @Test
    default void aBreakFromWithinACallBackEndsTheLoop() {
        final Pair pair = scene().pair().onOneQueue().established();
        pair.server.whenRequest(
                (session, msg) -> {
                    session.sendResponse(msg);
                    pair.serverQueue.breakEventLoop();
                });
        pair.send(1);
        pair.serverQueue.runEventLoop(INFINITE_EVENTS, INFINITE_DURATION);
        assertThat(pair.server.requests()).isEqualTo(1);
        pair.untilResponses(1);
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    default void aBreakFromAnotherThreadEndsTheLoop(final IdlePolicy policy) {
        final EventQueueHandler queue = realTime(policy);
        for (int i = 0; i < 20; i++) {
            final LoopThread thread = new LoopThread(queue);
            thread.run(() -> assertThat(queue.inEventLoop()).isTrue());
            thread.end();
        }
    }

    @Test
    default void aLoopCannotBeRunFromWithinItself() {
        final Pair pair = scene().pair().established();
        final List<Throwable> refused = new ArrayList<>();
        pair.client.whenResponse(
                (session, msg) -> {
                    try {
                        pair.clientQueue.runEventLoop(1, 0);
                    } catch (final IllegalStateException e) {
                        refused.add(e);
                    }
                });
        pair.roundTrip(1);
        assertThat(refused).hasSize(1);
        pair.client.whenResponse((session, msg) -> {});
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(2);
    }

    @Test
    default void aLoopCannotBeRunByTwoThreads() {
        final EventQueueHandler queue = realTime();
        try (LoopThread thread = new LoopThread(queue)) {
            thread.run(() -> {});
            assertThatThrownBy(() -> queue.runEventLoop(1, 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("loop");
            assertThat(queue.inEventLoop()).isFalse();
        }
    }

    @Test
    default void aLoopMayBeRunByOneThreadAfterTheOther() {
        final Pair pair =
                scene().pair()
                        .clientQueue(options -> scene().realTimeOptions())
                        .serverQueue(options -> scene().realTimeOptions())
                        .established();
        pair.roundTrip(1);
        final LoopThread thread = new LoopThread(pair.serverQueue);
        pair.send(1);
        while (pair.client.responses() < 2) {
            pair.clientQueue.runEventLoop(INFINITE_EVENTS, 1_000_000);
        }
        thread.end();
        pair.roundTrip(1);
        assertThat(pair.client.responses()).isEqualTo(3);
    }

    @Test
    default void aClosedLoopCannotBeRun() {
        final EventQueueHandler queue = realTime();
        queue.close();
        assertThatThrownBy(() -> queue.runEventLoop(1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    default void aWakeupDoesNotEndTheLoop() {
        final EventQueueHandler queue = realTime(IdlePolicy.BLOCK);
        queue.wakeup();
        final long start = System.nanoTime();
        queue.runEventLoop(INFINITE_EVENTS, 3_000_000);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(3_000_000);
    }

    @Test
    default void aWakeupFromAnotherThreadMakesABlockedLoopLookAround() {
        final EventQueueHandler queue = realTime(IdlePolicy.BLOCK);
        try (LoopThread thread = new LoopThread(queue)) {
            for (int i = 0; i < 100; i++) {
                queue.wakeup();
                thread.run(() -> {});
            }
        }
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    default void everyIdlePolicyServesAcrossThreads(final IdlePolicy policy) {
        final EventQueueOptions options = realTimeOptions(policy);
        final Pair pair =
                scene().pair().serverQueue(o -> options).clientQueue(o -> options).listening();
        final AtomicInteger answered = new AtomicInteger();
        pair.client.whenResponse((session, msg) -> answered.incrementAndGet());
        final LoopThread server = new LoopThread(pair.serverQueue);
        final LoopThread client = new LoopThread(pair.clientQueue);
        client.run(pair::connect);
        for (int i = 1; i <= 50; i++) {
            final int expected = i;
            client.run(() -> pair.send(64));
            Awaitility.await()
                    .pollInterval(200, TimeUnit.MICROSECONDS)
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> answered.get() == expected);
        }
        client.end();
        server.end();
        assertThat(client.failure()).isNull();
        assertThat(server.failure()).isNull();
    }

    @Test
    default void countersTellWhatHappened() {
        final Pair pair = scene().pair().serverPool(4, 100, 100).established();
        pair.roundTrip(10);
        pair.roundTrip(100);
        pair.roundTrip(101);
        final EventQueueCounters client = pair.clientQueue.counters();
        assertThat(client.sessionsEstablished()).isEqualTo(1);
        assertThat(client.requestsSent()).isEqualTo(3);
        assertThat(client.responsesReceived()).isEqualTo(2);
        assertThat(client.messageErrors()).isEqualTo(1);
        final EventQueueCounters server = pair.serverQueue.counters();
        assertThat(server.sessionsEstablished()).isEqualTo(1);
        assertThat(server.requestsReceived()).isEqualTo(2);
        assertThat(server.responsesSent()).isEqualTo(2);
        assertThat(server.messageErrors()).isEqualTo(1);
        assertThat(server.protocolErrors()).isZero();
        pair.session().close();
        pair.untilClosed();
        assertThat(pair.clientQueue.counters().sessionsClosed()).isEqualTo(1);
        assertThat(pair.serverQueue.counters().sessionsClosed()).isEqualTo(1);
        assertThat(pair.clientQueue.counters().connectFailures()).isZero();
    }
}
