// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A stretch of a run, the warm-up or what is measured: when which request is due, and what became
 * of those that were sent. All times are nanoseconds of the run's own clock, which starts near 0.
 *
 * <p>With a rate, request i is due i intervals after the start, whatever became of those before,
 * and its latency counts from then: a server that stalls is seen by all the requests that were due
 * meanwhile.
 */
final class Phase {
    /** What {@link #next} returns if there is nothing to send now. */
    static final long NOT_DUE = -1;

    private static final long LONGEST_NS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;
    private static final double NS_PER_S = 1e9;

    private final Histogram latenciesNs = new Histogram(LONGEST_NS, DIGITS);
    private final double intervalNs;
    private final long startNs;
    private final long endNs;
    private final long limit;

    private long sent;
    private long lastSentNs;
    private long answered;
    private long failed;
    private long lastEndedNs;

    private Phase(final double rate, final long startNs, final long endNs, final long limit) {
        this.intervalNs = rate > 0 ? NS_PER_S / rate : 0;
        this.startNs = startNs;
        this.endNs = endNs;
        this.limit = limit;
        lastSentNs = startNs;
        lastEndedNs = startNs;
    }

    static Phase warmup(final LoadPlan plan, final long nowNs) {
        return lasting(plan.rate(), nowNs, plan.warmupNs());
    }

    static Phase measured(final LoadPlan plan, final long nowNs) {
        return plan.count() > 0
                ? new Phase(plan.rate(), nowNs, Long.MAX_VALUE, plan.count())
                : lasting(plan.rate(), nowNs, plan.durationNs());
    }

    /**
     * With a rate, what was due in the time is sent even if the time is over, as to leave it out
     * would hide a stall at the end; but if it takes as long again, the rate is out of reach.
     */
    private static Phase lasting(final double rate, final long nowNs, final long durationNs) {
        return rate > 0
                ? new Phase(
                        rate,
                        nowNs,
                        nowNs + 2 * durationNs,
                        Math.max(1, Math.round(rate * durationNs / NS_PER_S)))
                : new Phase(0, nowNs, nowNs + durationNs, Long.MAX_VALUE);
    }

    /**
     * The time from which the next request's latency counts; {@link #NOT_DUE} if none is due now.
     */
    long next(final long nowNs) {
        if (isOver(nowNs)) {
            return NOT_DUE;
        }
        final long dueNs = intervalNs > 0 ? dueNs() : nowNs;
        return dueNs <= nowNs ? dueNs : NOT_DUE;
    }

    private long dueNs() {
        return startNs + (long) (sent * intervalNs);
    }

    /**
     * How long until the next request is due; {@link Long#MAX_VALUE} if that isn't a matter of
     * time.
     */
    long waitNs(final long nowNs) {
        return intervalNs > 0 && !isOver(nowNs) ? Math.max(0, dueNs() - nowNs) : Long.MAX_VALUE;
    }

    void onSent(final long nowNs) {
        sent++;
        lastSentNs = nowNs;
    }

    void onAnswered(final long latencyNs, final long nowNs) {
        latenciesNs.recordValue(Math.min(latencyNs, LONGEST_NS));
        answered++;
        lastEndedNs = nowNs;
    }

    void onFailed(final long nowNs) {
        failed++;
        lastEndedNs = nowNs;
    }

    /** Whether nothing more is to be sent. */
    boolean isOver(final long nowNs) {
        return sent >= limit || nowNs >= endNs;
    }

    /** Whether nothing more is to be sent, and all that was sent has ended. */
    boolean isDone(final long nowNs) {
        return answered + failed == sent && isOver(nowNs);
    }

    long answered() {
        return answered;
    }

    long failed() {
        return failed;
    }

    long ended() {
        return answered + failed;
    }

    long sent() {
        return sent;
    }

    /** Requests that were due and never sent. */
    long unsent() {
        return limit == Long.MAX_VALUE ? 0 : limit - sent;
    }

    long elapsedNs() {
        return lastEndedNs - startNs;
    }

    /** Requests sent per second; each takes up an interval. */
    double rateReached() {
        final double ns = lastSentNs - startNs + intervalNs;
        return ns > 0 ? sent * NS_PER_S / ns : 0;
    }

    Histogram latenciesNs() {
        return latenciesNs;
    }
}
