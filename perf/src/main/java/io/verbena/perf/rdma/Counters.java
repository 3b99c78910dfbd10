// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.rdma;

import com.sun.management.ThreadMXBean;
import io.verbena.rdma.PathCounters;
import io.verbena.rdma.VerbsCalls;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * What an end has done, since it began or between two moments.
 *
 * @param allocatedBytes that the thread of its event queue has allocated.
 * @param dataCalls calls of the verbs that posted work or brought completions.
 * @param emptyPolls calls that found nothing.
 * @param controlCalls other calls.
 * @param eager payloads sent with the SEND.
 * @param reads payloads that were READ.
 * @param writes payloads that were written.
 */
record Counters(
        long allocatedBytes,
        long dataCalls,
        long emptyPolls,
        long controlCalls,
        long eager,
        long reads,
        long writes) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** This process's, and a thread's. */
    static Counters now(final long thread) {
        final VerbsCalls.Sums calls = VerbsCalls.sums();
        final PathCounters.Sums paths = PathCounters.sums();
        return new Counters(
                THREADS.getThreadAllocatedBytes(thread),
                calls.data(),
                calls.empty(),
                calls.control(),
                paths.eager(),
                paths.read(),
                paths.write());
    }

    Counters minus(final Counters before) {
        return new Counters(
                allocatedBytes - before.allocatedBytes,
                dataCalls - before.dataCalls,
                emptyPolls - before.emptyPolls,
                controlCalls - before.controlCalls,
                eager - before.eager,
                reads - before.reads,
                writes - before.writes);
    }

    /** As words. */
    String write() {
        return "%d %d %d %d %d %d %d"
                .formatted(
                        allocatedBytes, dataCalls, emptyPolls, controlCalls, eager, reads, writes);
    }

    /** The inverse of {@link #write}. */
    static Counters read(final List<String> words) {
        final long[] n = words.stream().mapToLong(Long::parseLong).toArray();
        return new Counters(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
    }
}
