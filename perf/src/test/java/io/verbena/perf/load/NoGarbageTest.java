// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.verbena.IdlePolicy;
import java.lang.management.ManagementFactory;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NoGarbageTest {
    private static final int MORE = 200_000;

    /**
     * Less than the smallest object has: not one was made for each transaction, nor for every
     * second.
     */
    private static final double LESS_THAN_AN_OBJECT = 8;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aTransactionMakesNoObjectAtEitherEnd() {
        try (LoadServer server =
                LoadServer.start(ServePlan.small(URI.create("tcp://127.0.0.1:0")))) {
            allocated(server, MORE); // until all is compiled
            final long[] few = allocated(server, 1000);
            final long[] many = allocated(server, 1000 + MORE);

            assertThat((many[0] - few[0]) / (double) MORE)
                    .as("bytes per transaction at the client")
                    .isLessThan(LESS_THAN_AN_OBJECT);
            assertThat((many[1] - few[1]) / (double) MORE)
                    .as("bytes per transaction at the server")
                    .isLessThan(LESS_THAN_AN_OBJECT);
        }
    }

    /** What a run allocates, at the client and at the server. */
    private long[] allocated(final LoadServer server, final int count) {
        final long serverThread =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("serve-0"))
                        .mapToLong(NoGarbageTest::id)
                        .findFirst()
                        .orElseThrow();
        final long client = threads.getThreadAllocatedBytes(id(Thread.currentThread()));
        final long served = threads.getThreadAllocatedBytes(serverThread);
        LoadRunner.run(
                LoadPlan.to(server.uri())
                        .warmupNs(0)
                        .count(count)
                        .window(32)
                        .idlePolicy(IdlePolicy.ADAPTIVE)
                        .build());
        return new long[] {
            threads.getThreadAllocatedBytes(id(Thread.currentThread())) - client,
            threads.getThreadAllocatedBytes(serverThread) - served
        };
    }

    @SuppressWarnings("deprecation") // its replacement isn't in Java 17
    private static long id(final Thread thread) {
        return thread.getId();
    }
}
