// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A clock for {@link io.verbena.EventQueueOptions#withNanoClock} that stands still until it is told
 * to go on. Thread-safe.
 *
 * <p>It starts below 0, as {@link System#nanoTime()} may, so that a test of some seconds crosses 0.
 *
 * <p>A loop on such a clock is to be run with timeout 0: it would wait for real, but the time that
 * it waits for would not pass.
 */
public final class VirtualClock implements LongSupplier {
    private static final long ORIGIN_NS = -2_000_000_000L;

    private final AtomicLong now;
    private volatile long stepNs;

    /** A clock that starts 2 s before 0. */
    public VirtualClock() {
        this(ORIGIN_NS);
    }

    /**
     * A clock that starts at a time.
     *
     * @param origin nanoseconds.
     */
    public VirtualClock(final long origin) {
        now = new AtomicLong(origin);
    }

    @Override
    public long getAsLong() {
        return stepNs == 0 ? now.get() : now.addAndGet(stepNs);
    }

    /**
     * Lets time pass.
     *
     * @param ns nanoseconds, 0 or more.
     */
    public void advance(final long ns) {
        now.addAndGet(ns);
    }

    /**
     * From now on time passes by itself: for calls that wait for it, as {@link
     * io.verbena.EventQueueHandler#close()} does.
     *
     * @param ns nanoseconds that pass each time the clock is read; 0 for none.
     */
    public void advanceOnRead(final long ns) {
        stepNs = ns;
    }
}
