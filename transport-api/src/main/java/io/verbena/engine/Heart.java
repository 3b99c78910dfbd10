// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.SessionOptions;
import io.verbena.spi.Connection;

/**
 * The heart of one session: it beats once an interval, says so to the peer, and counts the beats in
 * which nothing came from the peer or nothing went to it. It looks at the connection's counters
 * only then, so that a message costs it nothing.
 *
 * <p>Two hearts fall into step: one that feels the other's beat soon before its own is due beats at
 * once, and a little later the next time, so that the other goes on to lead. An idle session then
 * wakes each end once an interval and not twice, which with a thousand of them is half of all work.
 */
final class Heart {
    /** What a beat has found. */
    enum Pulse {
        /** All is well: let the peer know. */
        BEAT,

        /** Nothing was heard for as long as the options allow. */
        PEER_SILENT,

        /** Nothing could be sent for as long as the options allow. */
        PEER_STUCK
    }

    private final long intervalNs;

    /** How often this side wants to hear the peer. */
    private final long ownIntervalNs;

    /** How long the peer may be silent. */
    private final long limitNs;

    private long lastNs;
    private long nextNs;
    private long received;
    private long sent;
    private long silentNs;
    private long stuckNs;

    /**
     * Makes a heart that doesn't beat yet.
     *
     * @param options how often this side wants to hear the peer, and how many misses it forgives.
     * @param peerIntervalMs how often the peer wants to hear this side; 0: never mind.
     * @param nowNs the time.
     */
    Heart(final SessionOptions options, final int peerIntervalMs, final long nowNs) {
        final long ownNs = options.keepaliveIntervalNs();
        final long peerNs = peerIntervalMs * 1_000_000L;
        intervalNs = ownNs == 0 ? peerNs : peerNs == 0 ? ownNs : Math.min(ownNs, peerNs);
        ownIntervalNs = ownNs == 0 ? Long.MAX_VALUE : ownNs;
        limitNs =
                ownNs > Long.MAX_VALUE / options.keepaliveMisses() || ownNs == 0
                        ? Long.MAX_VALUE
                        : ownNs * options.keepaliveMisses();
        lastNs = nowNs;
        nextNs = nowNs + intervalNs;
    }

    /** From one beat to the next, 0 if it never beats. */
    long intervalNs() {
        return intervalNs;
    }

    /** Is it time to beat? */
    boolean isDue(final long nowNs) {
        return intervalNs != 0 && nowNs >= nextNs;
    }

    /**
     * The peer's heart has beaten: is this one to beat with it? Not while the peer takes nothing:
     * that is counted by whole intervals, however often it says that it lives.
     */
    boolean isDueWithPeer(final long nowNs) {
        return intervalNs != 0 && stuckNs == 0 && nowNs >= nextNs - intervalNs / 2;
    }

    /** The next beat is the peer's to lead. */
    void follow() {
        nextNs += intervalNs / 4;
    }

    /**
     * Beats: how is the peer?
     *
     * @param deaf this side has stopped reading, or nothing more comes: silence is no sign.
     * @param mute this side has said its last word: that nothing leaves is no sign.
     */
    Pulse beat(
            final long nowNs, final Connection connection, final boolean deaf, final boolean mute) {
        // A beat that is late counts for the time that it stands for, as a peer that names a short
        // interval is not to live the longer for it; but for one miss at most, as then it was this
        // side that slept.
        final long passedNs = Math.min(nowNs - lastNs, ownIntervalNs);
        lastNs = nowNs;
        nextNs = nowNs + intervalNs;
        final long receivedNow = connection.receivedBytes();
        silentNs = receivedNow != received || deaf ? 0 : silentNs + passedNs;
        received = receivedNow;
        // Since the beat before this one at least a KEEPALIVE was to be sent.
        final long sentNow = connection.sentBytes();
        stuckNs = sentNow != sent || mute ? 0 : stuckNs + passedNs;
        sent = sentNow;
        if (silentNs >= limitNs) {
            return Pulse.PEER_SILENT;
        }
        return stuckNs > limitNs ? Pulse.PEER_STUCK : Pulse.BEAT;
    }

    /** Has it taken nothing for an interval? */
    boolean isPeerStuck() {
        return stuckNs > 0;
    }

    /** The peer says that it reads no requests for now: that it takes nothing is no sign. */
    void peerIsBusy() {
        stuckNs = 0;
    }

    /** How long the peer has been silent or stuck, in milliseconds. */
    long patienceMs() {
        return Math.max(silentNs, stuckNs) / 1_000_000;
    }
}
