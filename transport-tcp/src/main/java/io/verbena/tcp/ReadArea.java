// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.verbena.wire.FrameHeader;
import java.nio.ByteBuffer;

/**
 * What all connections of a poller read into, one at a time, so that a thousand of them need no
 * more memory to read than one does, and it stays in cache.
 */
final class ReadArea {
    /**
     * As much as is read at once. More would save no more system calls, and have more of large
     * payloads copied from here.
     */
    static final int BYTES = 64 * 1024;

    private final ByteBuf memory;

    /** To read into. */
    private final ByteBuffer bytes;

    private final FrameHeader header = new FrameHeader();

    ReadArea() {
        memory = PooledByteBufAllocator.DEFAULT.directBuffer(BYTES);
        bytes = memory.nioBuffer(0, BYTES);
    }

    /** The buffer, empty. */
    ByteBuffer clear() {
        return bytes.clear();
    }

    /** The header at a place, as long as no other is asked for. */
    FrameHeader header(final ByteBuffer where, final int index) {
        return header.readFrom(where, index);
    }

    void close() {
        memory.release();
    }
}
