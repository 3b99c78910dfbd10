// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts the messages of one busy stream at a time. One thread writes, so that counting takes
 * neither locks nor atomic additions, nor lines of the cache that other threads write to; any may
 * read, and sees what is current or was a moment ago.
 */
final class StreamCounter {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle TYPE = MethodHandles.arrayElementVarHandle(long[][].class);

    // What there is of each type.
    static final int SENT = 0;
    static final int SENT_BYTES = 1;
    static final int RECEIVED = 2;
    static final int RECEIVED_BYTES = 3;
    static final int LATENCY_NS = 4;

    /** Bucket b has the latencies from 2^(b-1) to 2^b - 1 ns; bucket 0 has 0. */
    static final int LATENCIES = 5;

    static final int LATENCY_BUCKETS = Long.SIZE + 1;
    static final int VALUES = LATENCIES + LATENCY_BUCKETS;

    /** Replaced when it grows; entries are never removed. */
    private volatile long[] @Nullable [] byType = new long[64][];

    void sent(final int type, final int bytes) {
        final long[] counts = counts(type);
        add(counts, SENT, 1);
        add(counts, SENT_BYTES, bytes);
    }

    void received(final int type, final int bytes) {
        final long[] counts = counts(type);
        add(counts, RECEIVED, 1);
        add(counts, RECEIVED_BYTES, bytes);
    }

    void answered(final int type, final long latencyNs) {
        long[] counts = counts(type);
        if (counts.length == LATENCIES) {
            counts = addLatencies(type, counts);
        }
        add(counts, LATENCY_NS, latencyNs);
        add(counts, LATENCIES + Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, latencyNs)), 1);
    }

    private static void add(final long[] counts, final int index, final long value) {
        COUNT.setOpaque(counts, index, counts[index] + value);
    }

    private long[] counts(final int type) {
        final int index = Math.min(type, StreamStatistics.OTHER_TYPES);
        final long[] @Nullable [] table = byType;
        final long[] counts = index < table.length ? table[index] : null;
        return counts == null ? add(table, index) : counts;
    }

    private long[] add(final long[] @Nullable [] table, final int index) {
        final int room = Math.min(StreamStatistics.OTHER_TYPES + 1, 2 * (index + 1));
        final long[] @Nullable [] larger = Arrays.copyOf(table, Math.max(table.length, room));
        // Any peer can send messages of all types, but not have them sent and answered.
        final long[] added = new long[LATENCIES];
        larger[index] = added;
        byType = larger;
        return added;
    }

    private long[] addLatencies(final int type, final long[] counts) {
        final long[] larger = Arrays.copyOf(counts, VALUES);
        // A reader that finds it early is to find it whole.
        TYPE.setRelease(byType, Math.min(type, StreamStatistics.OTHER_TYPES), larger);
        return larger;
    }

    // ---- on any thread

    /** Adds what was counted of one type. */
    void addTo(final long[] sums, final int type) {
        final long[] @Nullable [] table = byType;
        final long[] counts = type < table.length ? (long[]) TYPE.getAcquire(table, type) : null;
        if (counts != null) {
            for (int i = 0; i < counts.length; i++) {
                sums[i] += (long) COUNT.getOpaque(counts, i);
            }
        }
    }

    /** Marks the types that there were messages of. */
    void markTypes(final boolean[] there) {
        final long[] @Nullable [] table = byType;
        for (int type = 0; type < table.length; type++) {
            there[type] |= table[type] != null;
        }
    }
}
