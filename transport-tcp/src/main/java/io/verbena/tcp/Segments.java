// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Buffers that small frames are gathered in to be sent, or put aside in that can't be looked at
 * yet. A connection has one only while it needs it, so a thousand idle connections have none; the
 * one that was given back last is handed out first, while it is in cache.
 *
 * <p>They are known by numbers, as each message takes one and gives it back: to store a reference
 * that often is work for the garbage collector.
 */
final class Segments {
    /** Bytes of a segment: as many as are read at once, as they may have to be put aside. */
    static final int BYTES = ReadArea.BYTES;

    /** As many are kept when nobody uses them, and no more are to be in use without need. */
    private static final int MAX_SPARE = 64;

    /** By number; null where there is no memory. */
    private @Nullable Segment[] segments = new Segment[0];

    /** The stack of the numbers that nobody uses; those that have no memory are at the bottom. */
    private int[] free = new int[0];

    private int freeCount;

    /** Those at the top of the stack that have memory. */
    private int spare;

    /** Takes a segment, and returns its number. */
    int take() {
        if (freeCount == 0) {
            grow();
        }
        final int number = free[--freeCount];
        if (spare > 0) {
            spare--;
        } else {
            segments[number] = new Segment(PooledByteBufAllocator.DEFAULT.directBuffer(BYTES));
        }
        return number;
    }

    private void grow() {
        final int length = segments.length;
        segments = Arrays.copyOf(segments, Math.max(16, length * 2));
        free = Arrays.copyOf(free, segments.length);
        for (int number = segments.length - 1; number >= length; number--) {
            free[freeCount++] = number;
        }
    }

    /** Are so many in use that more would be made for a moment only? */
    boolean areScarce() {
        return segments.length - freeCount >= MAX_SPARE;
    }

    /** A segment in use. */
    Segment at(final int number) {
        final Segment segment = segments[number];
        if (segment == null) {
            throw new AssertionError("segment " + number + " is not in use");
        }
        return segment;
    }

    void giveBack(final int number) {
        if (spare < MAX_SPARE) {
            at(number).clear();
            free[freeCount++] = number;
            spare++;
        } else {
            part(number).free();
        }
    }

    /** Lets go of a segment and what is in it: it is the caller's to {@link Segment#free()}. */
    Segment part(final int number) {
        final Segment segment = at(number);
        segments[number] = null;
        final int bottom = freeCount - spare;
        free[freeCount++] = free[bottom];
        free[bottom] = number;
        return segment;
    }

    /** Takes in what another poller has let go; returns its number here. */
    int admit(final Segment segment) {
        final int number = take();
        at(number).copy(segment);
        segment.free();
        return number;
    }

    void close() {
        for (final Segment segment : segments) {
            if (segment != null) {
                segment.free();
            }
        }
        segments = new Segment[0];
        free = new int[0];
        freeCount = 0;
        spare = 0;
    }

    /** Bytes from {@link #start} to {@link #end} are to be sent. */
    static final class Segment {
        private final ByteBuf memory;

        /** To write into, at absolute places. */
        final ByteBuffer bytes;

        /** To send from. */
        private final ByteBuffer view;

        /** To send from, where other bytes are between its own; made as they are needed. */
        private ByteBuffer[] pieces = new ByteBuffer[0];

        int start;
        int end;

        private Segment(final ByteBuf memory) {
            this.memory = memory;
            this.bytes = memory.nioBuffer(0, BYTES);
            this.view = bytes.duplicate();
        }

        int room() {
            return BYTES - end;
        }

        int length() {
            return end - start;
        }

        boolean isEmpty() {
            return start == end;
        }

        /** What is to be sent, from its position to its limit. */
        ByteBuffer unsent() {
            return view.limit(end).position(start);
        }

        /** Some of {@link #unsent()}, from its position to its limit. */
        ByteBuffer piece(final int number, final int from, final int length) {
            while (number >= pieces.length) {
                pieces = Arrays.copyOf(pieces, pieces.length + 1);
                pieces[pieces.length - 1] = bytes.duplicate();
            }
            final int position = start + from;
            return pieces[number].limit(position + length).position(position);
        }

        /** So many bytes of {@link #unsent()} were sent. */
        void sent(final int sent) {
            start += sent;
            if (start == end) {
                clear();
            }
        }

        private void copy(final Segment other) {
            bytes.put(0, other.bytes, other.start, other.end - other.start);
            end = other.end - other.start;
        }

        private void clear() {
            start = 0;
            end = 0;
        }

        /** Gives the memory back. */
        void free() {
            memory.release();
        }
    }
}
