// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.SessionOptions;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.Hello;

/**
 * Beats on the control connection of a session that another link carries, at the interval that the
 * session's HELLOs agree on, and counts the beats in which nothing was heard there. It counts beats
 * and not time: a loop that was held up for long has then not looked at what has come.
 */
final class ControlHeart {
    private final AutoConnection connection;
    private final SessionOptions options;

    /** Keepalive intervals in milliseconds; -1: not known yet. */
    private int ownIntervalMs = -1;

    private int peersIntervalMs = -1;
    private long intervalNs;
    private int limit;
    private long nextNs;
    private long heardBytes;
    private int silent;

    ControlHeart(final AutoConnection connection, final SessionOptions options) {
        this.connection = connection;
        this.options = options;
    }

    /** What this side wants to hear. */
    void ownHello(final FrameHeader hello) {
        ownIntervalMs = Hello.keepaliveIntervalMs(hello);
    }

    /** What the peer wants to hear. */
    void peersHello(final FrameHeader hello) {
        peersIntervalMs = Hello.keepaliveIntervalMs(hello);
    }

    /** Starts to beat, once both HELLOs are known, unless neither wants to hear anything. */
    void start(final Pulse pulse, final long nowNs) {
        if (intervalNs != 0 || ownIntervalMs < 0 || peersIntervalMs < 0) {
            return;
        }
        final long ownNs = ownIntervalMs * 1_000_000L;
        final long peersNs = peersIntervalMs * 1_000_000L;
        intervalNs = ownNs == 0 ? peersNs : peersNs == 0 ? ownNs : Math.min(ownNs, peersNs);
        if (intervalNs > 0) {
            final double beats =
                    ownNs == 0
                            ? Integer.MAX_VALUE
                            : Math.ceil((double) ownNs * options.keepaliveMisses() / intervalNs);
            limit = (int) Math.min(Integer.MAX_VALUE, beats);
            nextNs = nowNs + intervalNs;
            pulse.add(this);
        }
    }

    /** Goes on, on another event queue. */
    void resume(final Pulse pulse, final long nowNs) {
        if (intervalNs > 0) {
            nextNs = nowNs + intervalNs;
            pulse.add(this);
        }
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
        final long bytes = connection.control().connection().receivedBytes();
        silent = bytes == heardBytes ? silent + 1 : 0;
        heardBytes = bytes;
        connection.beat(silent >= limit, silent * (intervalNs / 1_000_000));
    }
}
