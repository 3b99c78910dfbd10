// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * Buffers that small frames are gathered in. A connection has one only while it has something to
 * send, so a thousand idle connections have none; the one that was given back last is handed out
 * first, while it is in cache.
 */
final class Segments {
    /** Bytes of a segment. */
    static final int BYTES = 32 * 1024;

    private static final int MAX_SPARE = 64;

    private final ArrayDeque<Segment> spare = new ArrayDeque<>();

    Segment take() {
        final Segment segment = spare.pollLast();
        return segment == null
                ? new Segment(PooledByteBufAllocator.DEFAULT.directBuffer(BYTES))
                : segment;
    }

    void giveBack(final Segment segment) {
        segment.start = 0;
        segment.end = 0;
        if (spare.size() < MAX_SPARE) {
            spare.addLast(segment);
        } else {
            segment.free();
        }
    }

    void close() {
        spare.forEach(Segment::free);
        spare.clear();
    }

    /** Bytes from {@link #start} to {@link #end} are to be sent. */
    static final class Segment {
        private final ByteBuf memory;

        /** To write into, at absolute places. */
        final ByteBuffer bytes;

        /** To send from. */
        private final ByteBuffer view;

        int start;
        int end;

        private Segment(final ByteBuf memory) {
            this.memory = memory;
            this.bytes = memory.nioBuffer(0, BYTES).order(ByteOrder.LITTLE_ENDIAN);
            this.view = bytes.duplicate();
        }

        int room() {
            return BYTES - end;
        }

        boolean isEmpty() {
            return start == end;
        }

        /** What is to be sent, from its position to its limit. */
        ByteBuffer unsent() {
            return view.limit(end).position(start);
        }

        /** Some of {@link #unsent()} was sent. */
        void sent() {
            start = view.position();
            if (start == end) {
                start = 0;
                end = 0;
            }
        }

        private void free() {
            memory.release();
        }
    }
}
