// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes that were read with one piece of a message and belong to the next. */
final class Ahead {
    /** From index 0 to the writer's; null: there are none. */
    private @Nullable ByteBuf kept;

    boolean isEmpty() {
        return kept == null;
    }

    /**
     * Takes what is in a buffer from an index to its position out of it. There is nothing kept yet:
     * as long as there is, the link isn't read.
     */
    void keep(final ByteBuffer bytes, final int start) {
        final int length = bytes.position() - start;
        final ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(length);
        copy.writeBytes(bytes.slice(start, length));
        kept = copy;
        bytes.position(start);
    }

    /** Gives back what was kept, so many bytes at most. */
    int read(final ByteBuffer into, final int most) {
        final ByteBuf source = kept;
        if (source == null) {
            return 0;
        }
        final int bytes = Math.min(source.readableBytes(), Math.min(most, into.remaining()));
        final int limit = into.limit();
        source.readBytes(into.limit(into.position() + bytes));
        into.limit(limit);
        if (!source.isReadable()) {
            close();
        }
        return bytes;
    }

    void close() {
        final ByteBuf old = kept;
        kept = null;
        if (old != null) {
            old.release();
        }
    }
}
