// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stress;

import io.verbena.EventQueueHandler;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Who closes waits for who runs, and the other way round: two never run the loop at a time. */
@JCStressTest
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "closed, and the task was run once")
@Outcome(expect = Expect.FORBIDDEN, desc = "not closed, or two have run the loop at a time")
@State
public class CloseVersusRun {
    private final EventQueueHandler queue = Queues.blocking();
    private final AtomicInteger runs = new AtomicInteger();

    /** There is something to run for whoever comes first. */
    public CloseVersusRun() {
        queue.execute(runs::incrementAndGet);
    }

    /** The loop, again and again. */
    @Actor
    public void run() {
        try {
            while (!queue.isClosed()) {
                Queues.runOnce(queue);
            }
        } catch (final IllegalStateException e) {
            // It is being closed, or is closed.
        }
    }

    /** The end. */
    @Actor
    public void close() {
        queue.close();
    }

    /** What has become of it. */
    @Arbiter
    public void look(final ZI_Result result) {
        result.r1 = queue.isClosed();
        result.r2 = runs.get();
    }
}
