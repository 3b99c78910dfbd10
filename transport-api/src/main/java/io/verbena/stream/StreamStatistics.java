// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Counts messages by type: how many, how many bytes, and how long their answers were waited for.
 * Thread-safe. A stream takes a counter of its own when it becomes busy, and what is told are the
 * sums over all counters, so that counting takes no lock and, but for the first message of a type,
 * makes no garbage.
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

    /** All that there have been: each goes on counting where it has left off. */
    private final List<StreamCounter> counters = new ArrayList<>();

    private final ArrayDeque<StreamCounter> free = new ArrayDeque<>();

    /** Makes empty statistics. */
    public StreamStatistics() {}

    void opened() {
        opened.increment();
    }

    void closed() {
        closed.increment();
    }

    /** A counter for a stream that becomes busy. */
    synchronized StreamCounter take() {
        final StreamCounter used = free.pollFirst();
        if (used != null) {
            return used;
        }
        final StreamCounter counter = new StreamCounter();
        counters.add(counter);
        return counter;
    }

    /** It isn't any more. */
    synchronized void give(final StreamCounter counter) {
        free.addFirst(counter);
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
        final long[] sums = new long[StreamCounter.VALUES];
        if (type >= 0 && type <= OTHER_TYPES) {
            addTo(sums, type);
        }
        return OfType.of(sums);
    }

    private synchronized void addTo(final long[] sums, final int type) {
        for (final StreamCounter counter : counters) {
            counter.addTo(sums, type);
        }
    }

    /**
     * What was counted over all types.
     *
     * @return the figures of this moment.
     */
    public OfType total() {
        final long[] sums = new long[StreamCounter.VALUES];
        for (final int type : types()) {
            addTo(sums, type);
        }
        return OfType.of(sums);
    }

    /**
     * The types that there were messages of.
     *
     * @return the types in ascending order; {@link #OTHER_TYPES} stands for several.
     */
    public synchronized int[] types() {
        final boolean[] there = new boolean[OTHER_TYPES + 1];
        for (final StreamCounter counter : counters) {
            counter.markTypes(there);
        }
        return IntStream.range(0, there.length).filter(type -> there[type]).toArray();
    }

    /**
     * What was counted of messages of one type.
     *
     * @param sent messages sent.
     * @param sentBytes their bytes, with headers.
     * @param received messages received.
     * @param receivedBytes their bytes, with headers.
     * @param latency how long this end was in its read, waiting for the answers to those that were
     *     sent.
     */
    public record OfType(
            long sent, long sentBytes, long received, long receivedBytes, Latency latency) {
        private static OfType of(final long[] sums) {
            final long[] buckets =
                    Arrays.copyOfRange(sums, StreamCounter.LATENCIES, StreamCounter.VALUES);
            return new OfType(
                    sums[StreamCounter.SENT],
                    sums[StreamCounter.SENT_BYTES],
                    sums[StreamCounter.RECEIVED],
                    sums[StreamCounter.RECEIVED_BYTES],
                    new Latency(buckets, sums[StreamCounter.LATENCY_NS]));
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
    }
}
