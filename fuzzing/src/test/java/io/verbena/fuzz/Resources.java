// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import com.sun.management.ThreadMXBean;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What the process has taken.
 *
 * @param directBytes direct memory, by whatever way it was allocated.
 */
record Resources(long directBytes) {
    /** What Netty's arenas, and the JVM for each thread that does I/O, may add and then keep. */
    private static final long CACHED_BYTES = 16 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final BufferPoolMXBean DIRECT =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(bean -> bean.getName().equals("direct"))
                    .findFirst()
                    .orElseThrow();

    static Resources now() {
        return new Resources(
                Math.max(0, PlatformDependent.usedDirectMemory()) + DIRECT.getMemoryUsed());
    }

    /** What the current thread has allocated on the heap since it began. */
    static long heapBytesOfThisThread() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    void assertNoMoreDirectMemory() {
        final long more = now().directBytes - directBytes;
        if (more > CACHED_BYTES) {
            throw new AssertionError("%d bytes of direct memory were left".formatted(more));
        }
    }
}
