// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stress;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** A wake-up ends the current sleep, or else the next: the loop looks at its clock once more. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the loop has looked around")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the wake-up was lost")
@State
public class WakeupVersusSleep {
    /** An hour of the clock that only the signal moves. */
    private static final long HOUR_NS = 3_600_000_000_000L;

    private volatile long nowNs;

    private final EventQueueHandler queue =
            EventQueueHandler.open(
                    EventQueueOptions.defaults()
                            .withIdlePolicy(IdlePolicy.BLOCK)
                            .withNanoClock(() -> nowNs));

    /** The loop, for an hour. */
    @Actor
    public void run() {
        queue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, HOUR_NS);
    }

    /** The hour is over. */
    @Signal
    public void wake() {
        nowNs = 2 * HOUR_NS;
        queue.wakeup();
    }
}
