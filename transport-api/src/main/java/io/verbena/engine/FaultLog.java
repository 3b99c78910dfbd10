// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Faults that peers cause, one line a second at most, so that a hostile peer can't fill a disk.
 * What was left out is counted in the next line.
 *
 * <p>The logger is looked up when there is something to say: a program that never has such a fault
 * needs no logging back end, and hears nothing about its absence.
 */
final class FaultLog {
    private static final long INTERVAL_NS = 1_000_000_000L;

    private long nextNs = Long.MIN_VALUE;
    private int suppressed;

    void fault(
            final long nowNs,
            final EventReason reason,
            final String detail,
            final @Nullable Throwable cause) {
        if (nowNs < nextNs) {
            suppressed++;
            return;
        }
        final String more = suppressed == 0 ? "" : " (and %d more before)".formatted(suppressed);
        suppressed = 0;
        nextNs = nowNs + INTERVAL_NS;
        LoggerFactory.getLogger("io.verbena")
                .warn("{}: {}{}{}", reason, detail, cause == null ? "" : ": " + cause, more);
    }
}
