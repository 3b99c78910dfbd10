// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import java.util.ArrayDeque;

/** What is on its way in one direction of a link. Guarded by the link's monitor. */
final class MemLane {
    final MemFaults.Lane faults;
    private final ArrayDeque<MemFrame> frames = new ArrayDeque<>();
    private long bytes;
    private int held;
    private long delivered;
    private boolean senderWaits;
    private boolean ended;

    MemLane(final MemFaults.Lane faults) {
        this.faults = faults;
    }

    boolean hasRoom(final int length) {
        if (frames.isEmpty()) {
            return true;
        }
        return frames.size() < faults.maxFrames && bytes + length <= faults.maxBytes;
    }

    void add(final MemFrame frame) {
        frames.add(frame);
        bytes += frame.bytes();
        if (frame.held() != null) {
            held++;
        }
    }

    MemFrame head() {
        return frames.peek();
    }

    MemFrame remove() {
        final MemFrame frame = frames.remove();
        bytes -= frame.bytes();
        if (frame.held() != null) {
            held--;
        }
        delivered++;
        return frame;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /** Is the next frame the one at which the link is to break? */
    boolean cutsNow() {
        return delivered + 1 >= faults.cutAtFrame;
    }

    int held() {
        return held;
    }

    void unstamp() {
        frames.forEach(MemFrame::unstamp);
    }

    void drop() {
        frames.clear();
        bytes = 0;
        held = 0;
    }

    /** Drops from the first frame on whose memory isn't the link's own. */
    void dropHeld() {
        while (held > 0) {
            final MemFrame last = frames.removeLast();
            bytes -= last.bytes();
            if (last.held() != null) {
                held--;
            }
        }
    }

    /** The sender was told to wait. */
    void makeSenderWait() {
        senderWaits = true;
    }

    /** Is the sender to be told that there is room again? Once. */
    boolean releaseSender() {
        if (!senderWaits || frames.size() > faults.maxFrames / 2 || bytes > faults.maxBytes / 2) {
            return false;
        }
        senderWaits = false;
        return true;
    }

    void end() {
        ended = true;
    }

    /** The sender closed: after what is queued nothing more comes. */
    boolean ended() {
        return ended;
    }
}
