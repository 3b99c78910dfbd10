// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.verbena.EventReason;
import org.jspecify.annotations.Nullable;

/** What a {@link Poller} may ask of its event queue. */
public interface PollerContext {
    /**
     * The event queue's clock: {@link System#nanoTime()}, or a test's. Thread-safe if the clock is.
     *
     * @return nanoseconds of no particular origin.
     */
    long nanoTime();

    /**
     * The time by that clock at the start of the duty cycle: good enough for what is counted in
     * milliseconds, and for {@link Poller#await}, as nothing is done before it. To look at the
     * clock can cost as much as the rest of a short cycle.
     *
     * @return nanoseconds.
     */
    default long cycleTimeNs() {
        return nanoTime();
    }

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
     * May the current {@link Poller#await} end with the connection that it waits for? Then it may
     * sleep in a system call that can be woken from in no other way.
     *
     * @return 0 if it may not; otherwise the longest in nanoseconds that it may take the peer to
     *     take what is sent.
     */
    default long stallTimeoutNs() {
        return 0;
    }

    /**
     * Tells the event queue of a fault that belongs to no session, to be counted and logged at a
     * limited rate.
     *
     * @param reason what kind of fault.
     * @param detail one line for people.
     * @param cause what failed, if something did.
     */
    void report(EventReason reason, String detail, @Nullable Throwable cause);

    /**
     * Can another transport be used, and if not, why not?
     *
     * @param scheme a URI scheme of it.
     * @return the answer; a no as well if there is no such transport.
     */
    Availability availability(String scheme);

    /**
     * The event queue's poller of another transport, opened at its first use: a transport that is
     * made of others has no progress of its own.
     *
     * @param scheme a URI scheme of it.
     * @return the poller, which belongs to the event queue.
     * @throws io.verbena.VerbenaException UNAVAILABLE if the transport can't be used here.
     */
    Poller poller(String scheme);

    /**
     * Counts what only a transport can know of.
     *
     * @param what what has happened.
     */
    void count(Count what);

    /** What an event queue counts for its transports. */
    enum Count {
        /** A session has changed to a faster transport. */
        UPGRADE,

        /** A session was to, and does without. */
        FALLBACK,

        /** A peer has broken the protocol, on a connection that the engine doesn't know of. */
        PROTOCOL_ERROR,

        /** A listener has failed that the engine doesn't know of. */
        LISTENER_FAILURE
    }

    /** A task that waits for its time. */
    interface Timer {
        /** The task will not run any more. Idempotent. */
        void cancel();
    }
}
