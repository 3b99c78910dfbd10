// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stress;

import io.verbena.EventQueueHandler;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A task that was taken is run once, and one that was refused never, however near the end it came.
 */
@JCStressTest
@Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "both were taken and run")
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "the first was taken and run")
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "both were refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "a task was lost, run twice, or run though refused")
@State
public class ExecuteVersusClose {
    private final EventQueueHandler queue = Queues.blocking();
    private final AtomicInteger runs = new AtomicInteger();

    /** A producer of two tasks. */
    @Actor
    public void give(final III_Result result) {
        result.r1 = execute();
        result.r2 = execute();
    }

    /** The end. */
    @Actor
    public void close() {
        queue.close();
    }

    /** What was run. */
    @Arbiter
    public void count(final III_Result result) {
        result.r3 = runs.get();
    }

    private int execute() {
        try {
            queue.execute(runs::incrementAndGet);
            return 1;
        } catch (final RejectedExecutionException e) {
            return 0;
        }
    }
}
