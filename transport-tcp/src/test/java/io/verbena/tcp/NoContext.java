// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.EventReason;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;

/** A context in which no time passes and nobody asks for anything. */
class NoContext implements PollerContext {
    @Override
    public Availability availability(final String scheme) {
        return Availability.no("this test has one transport", null);
    }

    @Override
    public Poller poller(final String scheme) {
        throw new UnsupportedOperationException("this test has one transport");
    }

    @Override
    public void count(final Count what) {}

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public Timer schedule(final long delayNs, final Runnable task) {
        return () -> {};
    }

    @Override
    public void execute(final Runnable task) {
        throw new AssertionError("nothing was to be executed");
    }

    @Override
    public void wakeup() {
        throw new AssertionError("nobody was to be woken");
    }

    @Override
    public void report(final EventReason reason, final String detail, final Throwable cause) {
        throw new AssertionError(reason + ": " + detail, cause);
    }
}
