// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.SessionOptions;

/**
 * Beats on the control connection of a session that another link carries, at the interval that the
 * session's HELLOs agree on, and counts the beats in which nothing was heard there. It counts beats
 * and not time: a loop that was held up for long has then not looked at what has come.
 */
final class ControlHeart {
    private final AutoConnection connection;
    private final long intervalNs;
    private final int limit;
    private long nextNs;
    private long heardBytes;
    private int silent;

    private ControlHeart(
            final AutoConnection connection,
            final long intervalNs,
            final int limit,
            final long nowNs) {
        this.connection = connection;
        this.intervalNs = intervalNs;
        this.limit = limit;
        nextNs = nowNs + intervalNs;
    }

    /**
     * Of what the two ends' HELLOs say; {@link #intervalNs()} is 0 if neither wants to hear
     * anything.
     */
    static ControlHeart of(
            final AutoConnection connection,
            final int ownIntervalMs,
            final int peersIntervalMs,
            final SessionOptions options,
            final long nowNs) {
        final long ownNs = ownIntervalMs * 1_000_000L;
        final long peerNs = peersIntervalMs * 1_000_000L;
        final long intervalNs = ownNs == 0 ? peerNs : peerNs == 0 ? ownNs : Math.min(ownNs, peerNs);
        final double beats =
                ownNs == 0
                        ? Integer.MAX_VALUE
                        : Math.ceil((double) ownNs * options.keepaliveMisses() / intervalNs);
        return new ControlHeart(
                connection, intervalNs, (int) Math.min(Integer.MAX_VALUE, beats), nowNs);
    }

    long intervalNs() {
        return intervalNs;
    }

    /** Beats if it is time, or nearly so. */
    void beatIfDue(final long nowNs, final long toleranceNs) {
        if (nowNs - nextNs < -toleranceNs) {
            return;
        }
        nextNs = nowNs + intervalNs;
        final long bytes = connection.controlBytes();
        silent = bytes == heardBytes ? silent + 1 : 0;
        heardBytes = bytes;
        connection.beat(silent >= limit, silent * (intervalNs / 1_000_000));
    }
}
