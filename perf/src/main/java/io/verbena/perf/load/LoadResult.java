// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What came of a {@link LoadPlan}.
 *
 * @param plan the plan.
 * @param transport what carried the sessions.
 * @param count transactions that were answered, and rightly.
 * @param errors transactions that failed.
 * @param elapsedNs from the first request to the last answer.
 * @param rateReached requests that were sent per second.
 * @param latenciesNs nanoseconds from the time at which each request was due (without a rate: was
 *     sent) to its answer.
 * @param warning what the figures don't show; null if there is nothing.
 * @param transportDetail what carried the sessions, and why not something better.
 */
public record LoadResult(
        LoadPlan plan,
        String transport,
        long count,
        long errors,
        long elapsedNs,
        double rateReached,
        Histogram latenciesNs,
        @Nullable String warning,
        String transportDetail) {
    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_S = 1e9;
    private static final double BYTES_PER_MIB = 1 << 20;

    /**
     * A percentile of the latencies.
     *
     * @param percentile 0 to 100.
     * @return microseconds.
     */
    public double latencyUs(final double percentile) {
        return latenciesNs.getValueAtPercentile(percentile) / NS_PER_US;
    }

    /**
     * The longest latency.
     *
     * @return microseconds.
     */
    public double maxUs() {
        return latenciesNs.getMaxValue() / NS_PER_US;
    }

    /**
     * Throughput.
     *
     * @return transactions answered per second.
     */
    public double transactionsPerSecond() {
        return elapsedNs == 0 ? 0 : count * NS_PER_S / elapsedNs;
    }

    /**
     * Throughput in one direction: that of the longer messages, requests or responses.
     *
     * @return MiB of payload per second.
     */
    public double mibPerSecond() {
        final int size = Math.max(plan.requestSize(), plan.responseSize());
        return transactionsPerSecond() * size / BYTES_PER_MIB;
    }
}
