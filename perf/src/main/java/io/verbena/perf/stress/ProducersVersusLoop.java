// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stress;

import io.verbena.EventQueueHandler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Tasks of several threads are all run, those of one thread in order, while the loop takes them.
 */
@JCStressTest
@Outcome(id = "4, 0", expect = Expect.ACCEPTABLE, desc = "all were run, in order")
@Outcome(expect = Expect.FORBIDDEN, desc = "a task was lost, run twice, or before its turn")
@State
public class ProducersVersusLoop {
    private final EventQueueHandler queue = Queues.blocking();
    private final int[] last = new int[2];
    private int runs;
    private int outOfOrder;

    /** A producer. */
    @Actor
    public void give() {
        give(0);
    }

    /** Another, which then runs the loop while the first may still give tasks. */
    @Actor
    public void giveAndRun() {
        give(1);
        Queues.runOnce(queue);
    }

    /** What was run, when the loop has run once more. */
    @Arbiter
    public void count(final II_Result result) {
        Queues.runOnce(queue);
        result.r1 = runs;
        result.r2 = outOfOrder;
    }

    private void give(final int producer) {
        queue.execute(() -> ran(producer, 1));
        queue.execute(() -> ran(producer, 2));
    }

    private void ran(final int producer, final int number) {
        runs++;
        if (last[producer] != number - 1) {
            outOfOrder++;
        }
        last[producer] = number;
    }
}
