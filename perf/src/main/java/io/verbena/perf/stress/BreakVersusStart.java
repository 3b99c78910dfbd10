// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stress;

import io.verbena.EventQueueHandler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** A break ends the run that is, or else the next: never none. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the run has ended")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the break was lost")
@State
public class BreakVersusStart {
    private final EventQueueHandler queue = Queues.blocking();

    /** The loop, which sleeps for ever. */
    @Actor
    public void run() {
        queue.run();
    }

    /** The break. */
    @Signal
    public void breakIt() {
        queue.breakEventLoop();
    }
}
