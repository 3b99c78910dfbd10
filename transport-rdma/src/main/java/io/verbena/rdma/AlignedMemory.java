// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Direct memory that begins at a cache line, zeroed. It is freed when it is closed, on every JDK: a
 * buffer of Netty's that isn't pooled would be left to the collector on newer ones.
 */
final class AlignedMemory implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    /**
     * Copied many at a time: to write hundreds of KiB byte by byte takes longer than all else that
     * a connection costs, as long as the code is not compiled well.
     */
    private static final byte[] ZEROS = new byte[4096];

    private final CleanableDirectBuffer memory;
    private final ByteBuffer whole;
    private boolean closed;

    AlignedMemory(final int bytes) {
        memory =
                PlatformDependent.allocateDirect(
                        bytes + CACHE_LINE, true /* permitExpensiveClean */);
        final ByteBuffer all = memory.buffer();
        while (all.hasRemaining()) {
            all.put(ZEROS, 0, Math.min(ZEROS.length, all.remaining()));
        }
        final int past = all.alignmentOffset(0, CACHE_LINE);
        whole = all.slice(CACHE_LINE - past & CACHE_LINE - 1, bytes);
    }

    /** A part of it. */
    ByteBuffer slice(final int start, final int bytes, final ByteOrder order) {
        return whole.slice(start, bytes).order(order);
    }

    /** Idempotent. Nobody may touch the memory from now on, no device either. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            memory.clean();
        }
    }
}
