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

/** A task wakes the loop, wherever on its way to sleep that is: it never sleeps over one. */
@JCStressTest(Mode.Termination)
@Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the task was run")
@Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the loop sleeps over a task")
@State
public class TaskVersusSleep {
    private final EventQueueHandler queue = Queues.blocking();

    /** The loop, which only the task can end. */
    @Actor
    public void run() {
        queue.run();
    }

    /** The task. */
    @Signal
    public void give() {
        queue.execute(queue::breakEventLoop);
    }
}
