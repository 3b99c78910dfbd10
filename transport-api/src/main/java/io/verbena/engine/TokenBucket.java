// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import java.util.concurrent.TimeUnit;

/**
 * So many in a second, and as many at once after a quiet time. Kept as one time, the one at which
 * the bucket would be full again (the generic cell rate algorithm, ITU-T I.371).
 */
final class TokenBucket {
    private static final long BURST_NS = TimeUnit.SECONDS.toNanos(1);

    /** From one to the next; 0: no limit. */
    private final long intervalNs;

    private long fullNs = Long.MIN_VALUE;

    /**
     * Makes a full one.
     *
     * @param perSecond how many; 0: no limit.
     */
    TokenBucket(final int perSecond) {
        intervalNs = perSecond == 0 ? 0 : Math.max(1, BURST_NS / perSecond);
    }

    /** How long until there is one; 0: there is. */
    long waitNs(final long nowNs) {
        return intervalNs == 0 || fullNs <= nowNs
                ? 0
                : Math.max(0, fullNs - nowNs - (BURST_NS - intervalNs));
    }

    /** Takes one, if there is one. */
    boolean take(final long nowNs) {
        if (waitNs(nowNs) > 0) {
            return false;
        }
        fullNs = Math.max(fullNs, nowNs) + intervalNs;
        return true;
    }
}
