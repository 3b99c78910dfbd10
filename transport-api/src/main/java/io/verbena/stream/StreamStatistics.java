// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts messages by type: how many, how many bytes, and how long their answers took. Thread-safe;
 * counting takes no lock and, but for the first message of a type, makes no garbage.
 *
 * <p>Types from {@value #MAX_TYPES} on are counted together, so that no peer can make the table
 * large.
 */
public final class StreamStatistics {
    /** The number of types that are told apart; OpenJ9 has 239. */
    public static final int MAX_TYPES = 1024;

    /** In {@link #of}: all types from {@value #MAX_TYPES} on. */
    public static final int OTHER_TYPES = MAX_TYPES;

    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();

    /** Replaced when it grows; entries are never removed. */
    private volatile @Nullable Counts[] byType = new Counts[64];

    /** Makes empty statistics. */
    public StreamStatistics() {}

    void opened() {
        opened.increment();
    }

    void closed() {
        closed.increment();
    }

    void sent(final int type, final int bytes) {
        final Counts counts = counts(type);
        counts.sent.increment();
        counts.sentBytes.add(bytes);
    }

    void received(final int type, final int bytes) {
        final Counts counts = counts(type);
        counts.received.increment();
        counts.receivedBytes.add(bytes);
    }

    void answered(final int type, final long latencyNs) {
        final Counts counts = counts(type);
        counts.latency.incrementAndGet(bucket(latencyNs));
        counts.latencyNs.add(latencyNs);
    }

    /** Bucket b has the latencies from 2^(b-1) to 2^b - 1 ns; bucket 0 has 0. */
    private static int bucket(final long latencyNs) {
        return Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, latencyNs));
    }

    private Counts counts(final int type) {
        final int index = Math.min(type, OTHER_TYPES);
        final @Nullable Counts[] table = byType;
        final Counts counts = index < table.length ? table[index] : null;
        return counts == null ? add(index) : counts;
    }

    private synchronized Counts add(final int index) {
        final @Nullable Counts[] table = byType;
        final Counts present = index < table.length ? table[index] : null;
        if (present != null) {
            return present;
        }
        final @Nullable Counts[] larger =
                Arrays.copyOf(
                        table, Math.max(table.length, Math.min(OTHER_TYPES + 1, 2 * (index + 1))));
        final Counts added = new Counts();
        larger[index] = added;
        byType = larger;
        return added;
    }

    /**
     * Streams that were opened.
     *
     * @return their number.
     */
    public long streamsOpened() {
        return opened.sum();
    }

    /**
     * Streams that were closed.
     *
     * @return their number.
     */
    public long streamsClosed() {
        return closed.sum();
    }

    /**
     * What was counted of one type.
     *
     * @param type a message type, or {@link #OTHER_TYPES}.
     * @return the figures of this moment; zeros if there was no such message.
     */
    public OfType of(final int type) {
        final @Nullable Counts[] table = byType;
        final Counts counts = type >= 0 && type < table.length ? table[type] : null;
        return counts == null ? OfType.NONE : counts.snapshot();
    }

    /**
     * What was counted over all types.
     *
     * @return the figures of this moment.
     */
    public OfType total() {
        OfType total = OfType.NONE;
        for (final int type : types()) {
            total = total.plus(of(type));
        }
        return total;
    }

    /**
     * The types that there were messages of.
     *
     * @return the types in ascending order; {@link #OTHER_TYPES} stands for several.
     */
    public int[] types() {
        final @Nullable Counts[] table = byType;
        final int[] types = new int[table.length];
        int count = 0;
        for (int type = 0; type < table.length; type++) {
            if (table[type] != null) {
                types[count++] = type;
            }
        }
        return Arrays.copyOf(types, count);
    }

    private static final class Counts {
        private final LongAdder sent = new LongAdder();
        private final LongAdder sentBytes = new LongAdder();
        private final LongAdder received = new LongAdder();
        private final LongAdder receivedBytes = new LongAdder();
        private final AtomicLongArray latency = new AtomicLongArray(Long.SIZE + 1);
        private final LongAdder latencyNs = new LongAdder();

        private OfType snapshot() {
            final long[] buckets = new long[latency.length()];
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = latency.get(i);
            }
            return new OfType(
                    sent.sum(),
                    sentBytes.sum(),
                    received.sum(),
                    receivedBytes.sum(),
                    new Latency(buckets, latencyNs.sum()));
        }
    }

    /**
     * What was counted of messages of one type.
     *
     * @param sent messages sent.
     * @param sentBytes their bytes, with headers.
     * @param received messages received.
     * @param receivedBytes their bytes, with headers.
     * @param latency how long the other end took to answer those that were sent.
     */
    public record OfType(
            long sent, long sentBytes, long received, long receivedBytes, Latency latency) {
        private static final OfType NONE =
                new OfType(0, 0, 0, 0, new Latency(new long[Long.SIZE + 1], 0));

        private OfType plus(final OfType other) {
            return new OfType(
                    sent + other.sent,
                    sentBytes + other.sentBytes,
                    received + other.received,
                    receivedBytes + other.receivedBytes,
                    latency.plus(other.latency));
        }
    }

    /** Latencies in powers of two: exact to a factor of 2, which is enough to see what is slow. */
    public static final class Latency {
        private final long[] buckets;
        private final long totalNs;

        private Latency(final long[] buckets, final long totalNs) {
            this.buckets = buckets;
            this.totalNs = totalNs;
        }

        /**
         * How many there are.
         *
         * @return their number.
         */
        public long count() {
            return Arrays.stream(buckets).sum();
        }

        /**
         * All of them together, exact.
         *
         * @return nanoseconds.
         */
        public long totalNs() {
            return totalNs;
        }

        /**
         * How many are below a power of two.
         *
         * @param exponent 0 to 63.
         * @return the number below 2<sup>exponent</sup> ns.
         */
        public long countBelow(final int exponent) {
            long count = 0;
            for (int i = 0; i <= exponent; i++) {
                count += buckets[i];
            }
            return count;
        }

        /**
         * The latency that a part of all doesn't exceed.
         *
         * @param percentile above 0, to 100.
         * @return nanoseconds, a power of two minus 1; 0 if there is none.
         */
        public long percentileNs(final double percentile) {
            final double wanted = count() * percentile / 100;
            long seen = 0;
            for (int i = 0; i < buckets.length; i++) {
                seen += buckets[i];
                if (seen > 0 && seen >= wanted) {
                    return i >= Long.SIZE - 1 ? Long.MAX_VALUE : (1L << i) - 1;
                }
            }
            return 0;
        }

        private Latency plus(final Latency other) {
            final long[] sum = buckets.clone();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += other.buckets[i];
            }
            return new Latency(sum, totalNs + other.totalNs);
        }
    }
}
