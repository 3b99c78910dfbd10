// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.EventReason;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;

/** The poller's host, which has neither timers nor tasks: the hostile end has no need of any. */
final class NoEngine implements PollerContext {
    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public void execute(final Runnable task) {
        throw new AssertionError("there is no loop to execute it");
    }

    @Override
    public void wakeup() {
        // It is polled all the time.
    }

    @Override
    public Timer schedule(final long delayNs, final Runnable task) {
        throw new AssertionError("there is no loop to run it");
    }

    @Override
    public void report(final EventReason reason, final String detail, final Throwable cause) {
        throw new AssertionError("%s: %s".formatted(reason, detail), cause);
    }

    @Override
    public Availability availability(final String scheme) {
        throw new AssertionError("nothing is made of other transports here");
    }

    @Override
    public Poller poller(final String scheme) {
        throw new AssertionError("nothing is made of other transports here");
    }

    @Override
    public void count(final Count what) {
        // Nobody asks.
    }
}
