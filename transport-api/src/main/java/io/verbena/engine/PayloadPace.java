// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import java.util.concurrent.TimeUnit;

/**
 * Does a session's payload arrive fast enough? Looked at now and then, so that a request costs
 * nothing. Only time in which this side could have read counts: a loop that stood still doesn't
 * make its peers slow.
 */
final class PayloadPace {
    /** What every payload may take. */
    private static final long GRACE_NS = TimeUnit.SECONDS.toNanos(5);

    /** The most that counts from one look to the next: twice the time that is between them. */
    private static final long MAX_STEP_NS = TimeUnit.SECONDS.toNanos(2);

    private final int bytesPerSecond;
    private long lookedNs;
    private long arriving = -1;
    private long takenNs;
    private long lastBytes;

    PayloadPace(final int bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Looks.
     *
     * @param nowNs the time.
     * @param payload which payload is arriving: a number that no other has; -1: none.
     * @param length its length.
     * @param bytes what the connection has received in all. From a peer that sends nothing at all
     *     the heart tells why.
     * @param heartless there is no heart.
     * @return whether it has taken too long.
     */
    boolean isTooSlow(
            final long nowNs,
            final long payload,
            final int length,
            final long bytes,
            final boolean heartless) {
        final boolean lives = bytes != lastBytes || heartless;
        lastBytes = bytes;
        final long stepNs = Math.min(MAX_STEP_NS, nowNs - lookedNs);
        lookedNs = nowNs;
        if (payload < 0 || payload != arriving) {
            arriving = payload;
            takenNs = 0;
            return false;
        }
        takenNs += stepNs;
        return lives && takenNs > limitNs(length);
    }

    /** How long a payload may take. */
    long limitNs(final int length) {
        return bytesPerSecond == 0
                ? Long.MAX_VALUE
                : GRACE_NS + (long) (length * 1e9 / bytesPerSecond);
    }
}
