// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.ServerPortal;
import io.verbena.testkit.LoopThread;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("A loop that waits in the kernel")
@ExtendWith(NothingLeft.class)
class WakeupStressTest {
    private static final int ROUNDS = 50_000;
    private static final long ENOUGH_NS = TimeUnit.SECONDS.toNanos(4);
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(30);

    @Test
    void neverSleepsOverATaskWhereverOnItsWayToSleepItComes() {
        final EventQueueHandler queue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.BLOCK));
        ServerPortal.listen(queue, Net.TCP.listenUri(), request -> request.reject(0, ""));
        final AtomicInteger ran = new AtomicInteger();
        final long start = System.nanoTime();
        try (LoopThread loop = new LoopThread(queue)) {
            for (int i = 1; i <= ROUNDS && System.nanoTime() - start < ENOUGH_NS; i++) {
                for (int spin = i % 500; spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                queue.execute(ran::incrementAndGet);
                final long given = System.nanoTime();
                while (ran.get() < i) {
                    assertThat(System.nanoTime() - given)
                            .as("nanoseconds for task %d", i)
                            .isLessThan(LIMIT_NS);
                    Thread.onSpinWait();
                }
            }
        }
    }
}
