// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.testkit.Leaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The thread-safe calls, many times over. Each test has an amount of work, and a limit of time for
 * it on a machine that is short of cores.
 */
@DisplayName("An event queue under the hands of several threads")
@ExtendWith(Leaks.class)
class EventQueueStressTest {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long ENOUGH_NS = TimeUnit.SECONDS.toNanos(3);

    private static EventQueueHandler open(final IdlePolicy policy) {
        return EventQueueHandler.open(EventQueueOptions.defaults().withIdlePolicy(policy));
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    void runsEachTaskThatItHasTakenOnceAndNoneThatItHasRefused(final IdlePolicy policy)
            throws InterruptedException {
        final int producers = 3;
        final Rounds rounds = new Rounds(300);
        while (rounds.next()) {
            final EventQueueHandler queue = open(policy);
            final List<Producer> all = new ArrayList<>();
            for (int i = 0; i < producers; i++) {
                all.add(new Producer(queue));
            }
            final Thread runner = start(() -> runUntilClosed(queue));
            all.forEach(producer -> producer.thread = start(producer));
            spin(rounds.number() % 50 * 200);
            queue.close();
            join(runner);
            for (final Producer producer : all) {
                join(producer.thread);
                producer.check();
            }
        }
    }

    @Test
    void runsTheTasksOfOneThreadInTheOrderInWhichItGaveThem() throws InterruptedException {
        final int producers = 4;
        final int count = 50_000;
        final EventQueueHandler queue = open(IdlePolicy.BLOCK);
        final int[] next = new int[producers];
        final AtomicInteger outOfOrder = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        final Thread runner = start(() -> runUntilClosed(queue));
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            final int producer = i;
            threads.add(
                    start(
                            () -> {
                                for (int n = 0; n < count; n++) {
                                    final int number = n;
                                    queue.execute(
                                            () -> {
                                                if (next[producer]++ != number) {
                                                    outOfOrder.incrementAndGet();
                                                }
                                                done.incrementAndGet();
                                            });
                                }
                            }));
        }
        for (final Thread thread : threads) {
            join(thread);
        }
        queue.close();
        join(runner);

        assertThat(done).hasValue(producers * count);
        assertThat(outOfOrder).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    void neverSleepsOverATask(final IdlePolicy policy) throws InterruptedException {
        final EventQueueHandler queue = open(policy);
        final Thread runner = start(() -> runUntilClosed(queue));
        final AtomicInteger ran = new AtomicInteger();
        final Rounds rounds = new Rounds(20_000);
        while (rounds.next()) {
            // From spinning to asleep, the loop is caught at every step of falling asleep.
            spin(rounds.number() % 1000);
            queue.execute(ran::incrementAndGet);
            final long start = System.nanoTime();
            while (ran.get() < rounds.number()) {
                assertThat(System.nanoTime() - start).as("waiting for a task").isLessThan(LIMIT_NS);
                Thread.onSpinWait();
            }
        }
        queue.close();
        join(runner);
    }

    @ParameterizedTest
    @EnumSource(IdlePolicy.class)
    void isBrokenByTheRunThatIsOrElseByTheNext(final IdlePolicy policy)
            throws InterruptedException {
        final EventQueueHandler queue = open(policy);
        final AtomicInteger returned = new AtomicInteger();
        final Rounds rounds = new Rounds(10_000);
        final AtomicInteger wanted = new AtomicInteger();
        final Thread runner =
                start(
                        () -> {
                            while (wanted.get() >= 0) {
                                queue.run();
                                returned.incrementAndGet();
                            }
                        });
        while (rounds.next()) {
            spin(rounds.number() % 1000);
            queue.breakEventLoop();
            final long start = System.nanoTime();
            while (returned.get() < rounds.number()) {
                assertThat(System.nanoTime() - start)
                        .as("waiting for the end of a run")
                        .isLessThan(LIMIT_NS);
                Thread.onSpinWait();
            }
            assertThat(returned).as("ends of runs").hasValue(rounds.number());
        }
        wanted.set(-1);
        queue.breakEventLoop();
        join(runner);
        queue.close();
    }

    @Test
    void aThreadThatComesToRunItWhileItIsClosedReturns() throws InterruptedException {
        final Rounds rounds = new Rounds(1_000);
        while (rounds.next()) {
            final EventQueueHandler queue = open(IdlePolicy.BLOCK);
            final AtomicReference<Throwable> thrown = new AtomicReference<>();
            final Thread runner =
                    start(
                            () -> {
                                try {
                                    queue.run();
                                } catch (final Throwable e) {
                                    thrown.set(e);
                                }
                            });
            spin(rounds.number() % 1000);
            queue.close();
            join(runner);
            assertThat(thrown).as("what the thread has thrown").hasNullValue();
        }
    }

    @Test
    void isClosedByOneThreadWhileNoOtherRunsIt() throws InterruptedException {
        final Rounds rounds = new Rounds(20_000);
        while (rounds.next()) {
            final Witness witness = new Witness();
            final EventQueueHandler queue =
                    EventQueueHandler.open(
                            EventQueueOptions.defaults()
                                    .withIdlePolicy(IdlePolicy.SPIN)
                                    .withNanoClock(witness));
            final CountDownLatch running = new CountDownLatch(1);
            // Many short runs, so that close() often comes between two of them.
            final Thread runner =
                    start(
                            () -> {
                                running.countDown();
                                try {
                                    while (!queue.isClosed()) {
                                        queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
                                    }
                                } catch (final IllegalStateException e) {
                                    // It is being closed, or is closed.
                                }
                            });
            running.await();
            spin(rounds.number() % 300);
            witness.closer = Thread.currentThread();
            queue.close();
            assertThat(queue.isClosed()).isTrue();
            join(runner);
            assertThat(witness.runAfterClosing).as("runs after close() had begun").isFalse();
        }
    }

    // ----

    /** Gives tasks until it is refused one, and counts how often each is run. */
    private static final class Producer implements Runnable {
        private static final int MAX = 1 << 17;
        private final EventQueueHandler queue;
        private final AtomicIntegerArray runs = new AtomicIntegerArray(MAX);
        private int taken;
        private Thread thread;

        Producer(final EventQueueHandler queue) {
            this.queue = queue;
        }

        @Override
        public void run() {
            try {
                while (taken < MAX - 1) {
                    final int number = taken;
                    queue.execute(() -> runs.incrementAndGet(number));
                    taken++;
                }
            } catch (final RejectedExecutionException e) {
                // As expected at the end.
            }
        }

        void check() {
            for (int i = 0; i < taken; i++) {
                if (runs.get(i) != 1) {
                    throw new AssertionError(
                            "task %d of %d was run %d times".formatted(i, taken, runs.get(i)));
                }
            }
            assertThat(runs.get(taken)).as("runs of the task that was refused").isZero();
        }
    }

    /** A clock that sees who runs the loop: who runs it asks for the time. */
    private static final class Witness implements LongSupplier {
        private volatile Thread closer;
        private final AtomicReference<Thread> last = new AtomicReference<>();
        private volatile boolean runAfterClosing;

        @Override
        public long getAsLong() {
            final Thread closing = closer;
            if (closing != null) {
                final Thread current = Thread.currentThread();
                if (last.getAndSet(current) == closing && current != closing) {
                    runAfterClosing = true;
                }
            }
            return System.nanoTime();
        }
    }

    /** As many rounds as are wanted, or as fit into a time that is enough. */
    private static final class Rounds {
        private final int max;
        private final long start = System.nanoTime();
        private int number;

        Rounds(final int max) {
            this.max = max;
        }

        boolean next() {
            if (number == max || System.nanoTime() - start > ENOUGH_NS) {
                return false;
            }
            number++;
            return true;
        }

        int number() {
            return number;
        }
    }

    private static void runUntilClosed(final EventQueueHandler queue) {
        while (!queue.isClosed()) {
            queue.run();
        }
    }

    private static Thread start(final Runnable task) {
        final Thread thread = new Thread(task, "stress");
        thread.start();
        return thread;
    }

    private static void join(final Thread thread) throws InterruptedException {
        thread.join(TimeUnit.NANOSECONDS.toMillis(LIMIT_NS));
        assertThat(thread.isAlive()).as("a thread that should have ended").isFalse();
    }

    /** Passes a little time without giving the core away. */
    private static void spin(final int turns) {
        for (int i = 0; i < turns; i++) {
            Thread.onSpinWait();
        }
    }
}
