// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** TLS records, or parts of them, from {@link #start} to {@link #end}. */
final class LinkBuffer {
    /**
     * Four records of the greatest length, and what is left of a fifth: a large payload moves 64
     * KiB with a system call.
     */
    static final int BYTES = 80 * 1024;

    final ByteBuffer bytes;
    private final @Nullable ByteBuf memory;
    int start;
    int end;

    private LinkBuffer(final ByteBuffer bytes, final @Nullable ByteBuf memory) {
        this.bytes = bytes;
        this.memory = memory;
    }

    static LinkBuffer heap() {
        return new LinkBuffer(ByteBuffer.allocate(BYTES), null);
    }

    static LinkBuffer direct() {
        final ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(BYTES);
        return new LinkBuffer(memory.nioBuffer(0, BYTES), memory);
    }

    boolean isEmpty() {
        return start == end;
    }

    int length() {
        return end - start;
    }

    /** To append to. */
    ByteBuffer room() {
        return bytes.limit(BYTES).position(end);
    }

    /** To take from, so many bytes. */
    ByteBuffer content(final int length) {
        return bytes.limit(start + length).position(start);
    }

    /** Moves what there is to the beginning. */
    void compact() {
        if (start > 0) {
            bytes.clear();
            bytes.put(0, bytes, start, length());
            end -= start;
            start = 0;
        }
    }

    void clear() {
        start = 0;
        end = 0;
    }

    void free() {
        if (memory != null) {
            memory.release();
        }
    }
}
