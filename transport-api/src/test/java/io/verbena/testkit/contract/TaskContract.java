// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.EventQueueHandler;
import io.verbena.IdlePolicy;
import io.verbena.testkit.LoopThread;
import io.verbena.testkit.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls from other threads: guarantee 8. */
public interface TaskContract extends Part {
    @Test
    default void tasksRunInTheLoopInTheirOrder() {
        final EventQueueHandler queue = scene().queue();
        final List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            final int number = i;
            queue.execute(() -> ran.add(queue.inEventLoop() ? number : -1));
        }
        assertThat(ran).isEmpty();
        scene().until("5 tasks", () -> ran.size() == 5);
        assertThat(ran).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    default void aTaskMayGiveAnother() {
        final EventQueueHandler queue = scene().queue();
        final List<String> ran = new ArrayList<>();
        queue.execute(
                () -> {
                    ran.add("outer");
                    queue.execute(() -> ran.add("inner"));
                });
        scene().until("both", () -> ran.size() == 2);
        assertThat(ran).containsExactly("outer", "inner");
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    default void tasksOfEachThreadRunInItsOrder(final IdlePolicy policy) throws Exception {
        final EventQueueHandler queue =
                scene().ownQueue(scene().realTimeOptions().withIdlePolicy(policy));
        final List<List<Integer>> ran =
                IntStream.range(0, 4).<List<Integer>>mapToObj(i -> new ArrayList<>()).toList();
        try (LoopThread loop = new LoopThread(queue)) {
            final List<Thread> givers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                final List<Integer> own = ran.get(i);
                final Thread giver =
                        new Thread(
                                () -> {
                                    for (int n = 0; n < 2000; n++) {
                                        final int number = n;
                                        queue.execute(() -> own.add(number));
                                    }
                                });
                giver.start();
                givers.add(giver);
            }
            for (final Thread giver : givers) {
                giver.join();
            }
            loop.run(() -> {});
        }
        final List<Integer> expected = IntStream.range(0, 2000).boxed().toList();
        assertThat(ran).allMatch(expected::equals);
    }

    @Test
    default void moreTasksThanADutyCycleRunsAreRunByTheNextOnesWithoutAnotherWakeUp() {
        final EventQueueHandler queue =
                scene().ownQueue(scene().realTimeOptions().withIdlePolicy(IdlePolicy.BLOCK));
        final int many = 5000;
        final List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            final int number = i;
            queue.execute(() -> ran.add(number));
        }
        queue.execute(queue::breakEventLoop);
        final long startNs = System.nanoTime();
        queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, TimeUnit.SECONDS.toNanos(20));
        assertThat(System.nanoTime() - startNs).isLessThan(TimeUnit.SECONDS.toNanos(20));
        assertThat(ran).isEqualTo(IntStream.range(0, many).boxed().toList());
    }

    @Test
    default void aTaskThatThrowsReachesTheLoopsCallerAndTheNextOnesRun() {
        final EventQueueHandler queue = scene().ownQueue(scene().options());
        final List<String> ran = new ArrayList<>();
        queue.execute(
                () -> {
                    throw new IllegalArgumentException("mine");
                });
        queue.execute(() -> ran.add("next"));
        assertThatThrownBy(() -> queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mine");
        queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
        assertThat(ran).containsExactly("next");
        assertThat(queue.counters().handlerFailures()).isEqualTo(1);
    }

    @Test
    default void tasksTakenBeforeCloseAreRunByClose() {
        final EventQueueHandler queue = scene().ownQueue(scene().options());
        final List<String> ran = new ArrayList<>();
        queue.execute(() -> ran.add("taken"));
        queue.close();
        assertThat(ran).containsExactly("taken");
    }

    @Test
    default void aClosedEventQueueRejectsTasks() {
        final EventQueueHandler queue = scene().ownQueue(scene().options());
        queue.close();
        assertThatThrownBy(() -> queue.execute(() -> {}))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    default void breakAndWakeupOfAClosedEventQueueDoNothing() {
        final EventQueueHandler queue = scene().ownQueue(scene().options());
        queue.close();
        queue.breakEventLoop();
        queue.wakeup();
        assertThat(queue.isClosed()).isTrue();
    }

    @Test
    default void aRequestMayBeSentByATask() {
        final Pair pair = scene().pair().established();
        pair.clientQueue.execute(() -> pair.send(12));
        pair.untilResponses(1);
    }

    @Test
    default void aCallOnTheWrongThreadIsRefusedWhileTheLoopRuns() {
        final Pair pair =
                scene().pair().clientQueue(options -> scene().realTimeOptions()).established();
        final var msg = pair.request(1);
        final AtomicReference<Throwable> refused = new AtomicReference<>();
        final LoopThread loop = new LoopThread(pair.clientQueue);
        loop.run(() -> {});
        try {
            pair.session().sendRequest(msg);
        } catch (final AssertionError e) {
            refused.set(e);
        }
        loop.end();
        assertThat(refused.get()).isNotNull().hasMessageContaining("execute");
        msg.release();
    }
}
