// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.tcp.Segments.Segment;
import org.jspecify.annotations.Nullable;

/** Where half a connection has a segment while it needs one, also on its way to another poller. */
final class SegmentSlot {
    private static final int NONE = -1;

    private Segments segments;
    private int number = NONE;

    /** Between two pollers. */
    private @Nullable Segment parted;

    SegmentSlot(final Segments segments) {
        this.segments = segments;
    }

    boolean isEmpty() {
        return number == NONE && parted == null;
    }

    /** The segment that is here; null if there is none. */
    @Nullable Segment get() {
        return number == NONE ? parted : segments.at(number);
    }

    /** Takes a segment, empty, where there was none. */
    Segment take() {
        number = segments.take();
        return segments.at(number);
    }

    /** Gives the segment back, if there is one. */
    void clear() {
        if (number != NONE) {
            segments.giveBack(number);
            number = NONE;
        }
        if (parted != null) {
            parted.free();
            parted = null;
        }
    }

    /** Leaves the poller, with what is in the segment. */
    void part() {
        if (number != NONE) {
            parted = segments.part(number);
            number = NONE;
        }
    }

    /** From now on another poller's segments. */
    void moveTo(final Segments others) {
        segments = others;
        final Segment taken = parted;
        if (taken != null) {
            parted = null;
            number = others.admit(taken);
        }
    }
}
