// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.spi.PollerContext.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The timers of one event queue, on Agrona's timer wheel (Varghese and Lauck, "Hashed and
 * Hierarchical Timing Wheels", 1987): to set and to cancel one costs the same however many there
 * are.
 */
final class Timers {
    /** About 1 ms: a timer is that late at most, on a loop that isn't kept from its timers. */
    private static final long TICK_NS = 1 << 20;

    private static final int TICKS_PER_WHEEL = 512;

    private final DeadlineTimerWheel wheel =
            new DeadlineTimerWheel(TimeUnit.NANOSECONDS, 0, TICK_NS, TICKS_PER_WHEEL);
    private final Long2ObjectHashMap<Entry> entries = new Long2ObjectHashMap<>();
    private final List<Entry> due = new ArrayList<>();

    /** Kept, as a method reference is a new object each time. */
    private final DeadlineTimerWheel.TimerHandler onExpiry = this::onExpiry;

    private final DeadlineTimerWheel.TimerConsumer lookAt = this::lookAt;

    /** No timer is due before this time. It may be too early, never too late. */
    private long earliestNs = Long.MAX_VALUE;

    long earliestNs() {
        return earliestNs;
    }

    Entry schedule(final long nowNs, final long deadlineNs, final Runnable task) {
        if (wheel.timerCount() == 0) {
            // Nothing to step over: catch up at once after a long time without timers.
            wheel.currentTickTime(nowNs);
        }
        final long id = wheel.scheduleTimer(deadlineNs);
        final Entry entry = new Entry(id, task);
        entries.put(id, entry);
        earliestNs = Math.min(earliestNs, deadlineNs);
        return entry;
    }

    /**
     * Takes what is due off the wheel and hands it over.
     *
     * @param nowNs the time.
     * @param runner runs each task; may schedule and cancel.
     * @return tasks run.
     */
    int advance(final long nowNs, final java.util.function.Consumer<Runnable> runner) {
        if (nowNs < earliestNs) {
            return 0;
        }
        do {
            wheel.poll(nowNs, onExpiry, Integer.MAX_VALUE);
        } while (wheel.timerCount() > 0 && wheel.currentTickTime() <= nowNs);
        // The tick that the time is in may hold timers that are due already.
        wheel.poll(nowNs, onExpiry, Integer.MAX_VALUE);

        int run = 0;
        for (int i = 0; i < due.size(); i++) {
            final Entry entry = due.get(i);
            if (!entry.cancelled) {
                entry.cancelled = true;
                runner.accept(entry.task);
                run++;
            }
        }
        due.clear();
        earliestNs = Long.MAX_VALUE;
        wheel.forEach(lookAt);
        return run;
    }

    private void lookAt(final long deadlineNs, final long id) {
        earliestNs = Math.min(earliestNs, deadlineNs);
    }

    private boolean onExpiry(final TimeUnit unit, final long nowNs, final long id) {
        final Entry entry = entries.remove(id);
        if (entry != null) {
            due.add(entry);
        }
        return true;
    }

    /** A task that waits for its time. */
    final class Entry implements Timer {
        private final long id;
        private final Runnable task;
        private boolean cancelled;

        private Entry(final long id, final Runnable task) {
            this.id = id;
            this.task = task;
        }

        @Override
        public void cancel() {
            if (!cancelled) {
                cancelled = true;
                // One that is due already has left the wheel, and its id may be another's.
                if (entries.get(id) == this) {
                    entries.remove(id);
                    wheel.cancelTimer(id);
                    if (wheel.timerCount() == 0) {
                        earliestNs = Long.MAX_VALUE;
                    }
                }
            }
        }
    }
}
