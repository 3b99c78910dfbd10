// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.EventQueueHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Runs several event queues in turn on the calling thread, without waiting in any of them. */
public final class Pump {
    /** How long a condition may take to come true before the test has failed. */
    public static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(20);

    /**
     * Rounds without an event after which nothing is to be expected: more than a poller may let
     * pass until it asks for new connections, and for those that have ended.
     */
    public static final int QUIET_ROUNDS = 30;

    private static final int IDLE_ROUNDS_BEFORE_PAUSE = 200;

    /** A poller asks for new connections only once in many rounds. */
    private static final int ROUNDS_PER_PAUSE = 32;

    private static final long SHORTEST_PAUSE_NS = 20_000;
    private static final long LONGEST_PAUSE_NS = 1_000_000;

    /** Of the time without an event: so much later it is noticed, at most, that one has come. */
    private static final int PAUSE_PART = 32;

    private final List<EventQueueHandler> queues = new ArrayList<>();

    /**
     * Another queue to run.
     *
     * @param queue an event queue that no other thread runs.
     */
    public void add(final EventQueueHandler queue) {
        queues.add(queue);
    }

    /**
     * Runs each queue once.
     *
     * @return events delivered.
     */
    public int once() {
        int events = 0;
        for (final EventQueueHandler queue : List.copyOf(queues)) {
            if (!queue.isClosed()) {
                events += queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
            }
        }
        return events;
    }

    /**
     * Runs the queues until something is so.
     *
     * @param what what is waited for, for the message if it never comes.
     * @param condition whether it is so.
     * @throws AssertionError if it isn't in {@link #LIMIT_NS} of real time.
     */
    public void until(final String what, final BooleanSupplier condition) {
        until(what, condition, LIMIT_NS);
    }

    /**
     * Runs the queues until something is so.
     *
     * @param what what is waited for, for the message if it never comes.
     * @param condition whether it is so.
     * @param limitNs nanoseconds of real time.
     * @throws AssertionError if it isn't in that time.
     */
    void until(final String what, final BooleanSupplier condition, final long limitNs) {
        final long start = System.nanoTime();
        long lastEvent = start;
        int idleRounds = 0;
        while (!condition.getAsBoolean()) {
            final long now = System.nanoTime();
            if (now - start > limitNs) {
                throw new AssertionError("in vain waited for: " + what);
            }
            if (once() > 0) {
                idleRounds = 0;
                lastEvent = now;
            } else if (++idleRounds > IDLE_ROUNDS_BEFORE_PAUSE
                    && idleRounds % ROUNDS_PER_PAUSE == 0) {
                pause(now - lastEvent);
            }
        }
    }

    /**
     * Leaves the processor to what is waited for, which is in the kernel, or another thread's, or
     * another process's: not for long where that may be soon.
     *
     * @param idleNs nanoseconds for which nothing has happened.
     */
    private static void pause(final long idleNs) {
        LockSupport.parkNanos(
                Math.max(SHORTEST_PAUSE_NS, Math.min(idleNs / PAUSE_PART, LONGEST_PAUSE_NS)));
    }

    /**
     * Runs the queues until nothing has happened for so many rounds, and for so long.
     *
     * @param rounds rounds in a row without an event.
     * @param quietNs nanoseconds of real time without an event.
     */
    public void untilQuiet(final int rounds, final long quietNs) {
        untilQuiet(rounds, quietNs, () -> false);
    }

    /**
     * Runs the queues until nothing has happened for so many rounds, and for so long.
     *
     * @param rounds rounds in a row without an event.
     * @param quietNs nanoseconds of real time without an event.
     * @param busy whether somebody else does something that an event will come of.
     */
    public void untilQuiet(final int rounds, final long quietNs, final BooleanSupplier busy) {
        final long start = System.nanoTime();
        long lastEvent = start;
        int idleRounds = 0;
        while (idleRounds < rounds || System.nanoTime() - lastEvent < quietNs) {
            if (System.nanoTime() - start > LIMIT_NS) {
                throw new AssertionError("never quiet");
            }
            // Asked first: what is done by then, is seen by the round.
            final boolean more = busy.getAsBoolean();
            if (once() > 0 || more) {
                idleRounds = 0;
                lastEvent = System.nanoTime();
            } else {
                idleRounds++;
            }
        }
    }
}
