// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.spi.MsgMemory;
import io.verbena.tcp.Segments.Segment;
import io.verbena.tcp.link.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Payloads that are sent from where they are, each behind some bytes of the segment, its header
 * among them. A ring: first those that were sent and nobody was told of, then those to be sent.
 */
final class LargePayloads {
    /** With so many, sent and not told of among them, others must wait. A power of two. */
    private static final int CAPACITY = 2 * Outbound.FLUSH_PAYLOADS;

    private static final int MASK = CAPACITY - 1;

    private final @Nullable MsgMemory[] memories = new MsgMemory[CAPACITY];
    private final @Nullable ByteBuffer[] views = new ByteBuffer[CAPACITY];

    /** Bytes of each that are to be sent. */
    private final int[] left = new int[CAPACITY];

    /** Bytes of the segment that stand between each and the one before it, and are to be sent. */
    private final int[] gaps = new int[CAPACITY];

    /** Each and what is before it, and what is behind the last. */
    private final @Nullable ByteBuffer[] gathered = new ByteBuffer[2 * Outbound.FLUSH_PAYLOADS + 1];

    /** The sum of {@link #left}. */
    private long leftBytes;

    /** The sum of {@link #gaps}. */
    private int gapBytes;

    // How many were told of, sent, and added, ever.
    private int told;
    private int sent;
    private int added;

    /** Is none to be sent? */
    boolean isEmpty() {
        return sent == added;
    }

    /** Payloads that are to be sent. */
    int count() {
        return added - sent;
    }

    /** Bytes of them that are to be sent. */
    long bytes() {
        return leftBytes;
    }

    boolean hasRoom() {
        return added - told < CAPACITY;
    }

    /** Was one sent that nobody was told of? */
    boolean hasNews() {
        return told != sent;
    }

    /** Adds one, behind all that is in the segment. */
    void add(final MsgMemory memory, final int length, final Segment segment) {
        final int slot = added++ & MASK;
        memories[slot] = memory;
        views[slot] = memory.outbound().limit(length).position(0);
        left[slot] = length;
        leftBytes += length;
        gaps[slot] = segment.length() - gapBytes;
        gapBytes += gaps[slot];
    }

    /** Offers the link what is to be sent, of the segment and of payloads. */
    void write(final Link link, final @Nullable Segment segment) throws IOException {
        final int pieces = gather(segment);
        final long taken = link.write(gathered, pieces);
        // Nobody's memory is kept beyond its time.
        Arrays.fill(gathered, 0, pieces, null);
        sent(taken, segment);
    }

    /** Puts it together; returns of how many pieces it is. */
    private int gather(final @Nullable Segment segment) {
        int count = 0;
        int at = 0;
        for (int i = sent; i != added; i++) {
            final int gap = gaps[i & MASK];
            if (gap > 0 && segment != null) {
                gathered[count] = segment.piece(count, at, gap);
                count++;
                at += gap;
            }
            gathered[count++] = views[i & MASK];
        }
        if (segment != null && at < segment.length()) {
            gathered[count] = segment.piece(count, at, segment.length() - at);
            count++;
        }
        return count;
    }

    /** So many bytes of that were sent. */
    private void sent(final long bytes, final @Nullable Segment segment) {
        long more = bytes;
        while (sent != added) {
            final int slot = sent & MASK;
            final int ofGap = (int) Math.min(more, gaps[slot]);
            final int ofPayload = (int) Math.min(more - ofGap, left[slot]);
            gaps[slot] -= ofGap;
            gapBytes -= ofGap;
            if (segment != null) {
                segment.sent(ofGap);
            }
            left[slot] -= ofPayload;
            leftBytes -= ofPayload;
            more -= ofGap + ofPayload;
            if (left[slot] > 0) {
                return;
            }
            views[slot] = null;
            sent++;
        }
        if (segment != null) {
            segment.sent((int) more);
        }
    }

    /** The first that was sent and nobody was told of, who is now; null if there is none. */
    @Nullable MsgMemory takeSent() {
        if (!hasNews()) {
            return null;
        }
        final int slot = told++ & MASK;
        final MsgMemory memory = memories[slot];
        memories[slot] = null;
        return memory;
    }

    /** All was sent, and whoever has added the last is told so. */
    void forgetLast() {
        added--;
        sent--;
        memories[added & MASK] = null;
    }
}
