// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.PortalCounters;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks again and again whether the threads of something go on. On the monitor's thread. */
final class Pulse {
    /** As often as it is asked. */
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final Monitored monitored;
    private final long maxSilenceNs;
    private CompletableFuture<PortalCounters> answer;
    private long askedNs;
    private boolean ended;
    private @Nullable PortalCounters counters;

    Pulse(final Monitored monitored, final long maxSilenceNs, final long nowNs) {
        this.monitored = monitored;
        this.maxSilenceNs = maxSilenceNs;
        answer = monitored.ask();
        askedNs = nowNs;
    }

    /** Looks for the answer, and asks anew when it is time. */
    void look(final long nowNs) {
        if (!answer.isDone()) {
            return;
        }
        ended = answer.isCompletedExceptionally();
        if (!ended) {
            counters = answer.join();
        }
        if (nowNs - askedNs >= INTERVAL_NS) {
            answer = monitored.ask();
            askedNs = nowNs;
        }
    }

    /** Has it answered in time, or still has time to? */
    boolean isWell(final long nowNs) {
        return !ended && (answer.isDone() || nowNs - askedNs <= maxSilenceNs);
    }

    /** What came with the last answer; null before the first. */
    @Nullable PortalCounters counters() {
        return counters;
    }

    Monitored monitored() {
        return monitored;
    }
}
