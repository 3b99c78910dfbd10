// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.SessionOptions;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;

/**
 * Beats on the control connection of a session that another link carries, at the interval that the
 * session's HELLOs agree on, and adds up the time in which nothing was heard there. A beat that is
 * late counts for the time that it stands for, as a peer that names a short interval is not to live
 * the longer for it; but for one miss at most, as then it was this side that slept.
 */
final class ControlHeart {
    private final AutoConnection connection;
    private final SessionOptions options;

    /** Keepalive intervals in milliseconds; -1: not known yet. */
    private int ownIntervalMs = -1;

    private int peersIntervalMs = -1;
    private long intervalNs;
    private long ownNs;
    private long limitNs;
    private long lastNs;
    private long nextNs;
    private long heardBytes;
    private long silentNs;

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
        ownNs = ownIntervalMs * 1_000_000L;
        final long peersNs = peersIntervalMs * 1_000_000L;
        intervalNs = ownNs == 0 ? peersNs : peersNs == 0 ? ownNs : Math.min(ownNs, peersNs);
        limitNs =
                ownNs == 0 || ownNs > Long.MAX_VALUE / options.keepaliveMisses()
                        ? Long.MAX_VALUE
                        : ownNs * options.keepaliveMisses();
        resume(pulse, nowNs);
    }

    /** Goes on, on another event queue. */
    void resume(final Pulse pulse, final long nowNs) {
        if (intervalNs > 0) {
            lastNs = nowNs;
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
        final long passedNs = nowNs - lastNs;
        lastNs = nowNs;
        silentNs = bytes == heardBytes ? silentNs + Math.min(passedNs, ownNs) : 0;
        heardBytes = bytes;
        beat();
    }

    private void beat() {
        final Teardown teardown = connection.teardown();
        if (connection.control().isOver() || teardown.isClosing() || teardown.isEnding()) {
            return;
        }
        if (silentNs >= limitNs) {
            teardown.onSilence(silentNs / 1_000_000);
        } else if (connection.control().owesNothing()) {
            // Else the peer takes nothing, and one that waits is enough.
            connection.control().send(FrameType.KEEPALIVE, 0);
        }
    }
}
