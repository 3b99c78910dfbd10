// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.verbena.EventReason;
import org.jspecify.annotations.Nullable;

/** What a {@link Poller} may ask of its event queue. */
public interface PollerContext {
    /**
     * The event queue's clock: {@link System#nanoTime()}, or a test's.
     *
     * @return nanoseconds of no particular origin.
     */
    long nanoTime();

    /**
     * Runs a task on the event queue's thread, in its next duty cycle. Thread-safe.
     *
     * @param task what to run.
     * @throws java.util.concurrent.RejectedExecutionException if the event queue is closed.
     */
    void execute(Runnable task);

    /** Wakes the event queue, whichever poller it waits in. Thread-safe. */
    void wakeup();

    /**
     * Runs a task on the event queue's thread when a time has come.
     *
     * @param delayNs nanoseconds from now.
     * @param task what to run.
     * @return a handle that cancels it.
     */
    Timer schedule(long delayNs, Runnable task);

    /**
     * Tells the event queue of a fault that belongs to no session, to be counted and logged at a
     * limited rate.
     *
     * @param reason what kind of fault.
     * @param detail one line for people.
     * @param cause what failed, if something did.
     */
    void report(EventReason reason, String detail, @Nullable Throwable cause);

    /** A task that waits for its time. */
    interface Timer {
        /** The task will not run any more. Idempotent. */
        void cancel();
    }
}
