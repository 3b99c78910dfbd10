// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Direct memory that begins at a cache line, zeroed: what is sent by mistake is at least nobody's
 * secret. It is freed when it is closed, on every JDK; a buffer of Netty's that isn't pooled would
 * be left to the collector on newer ones.
 *
 * <p>Any thread may use the memory; who made it closes it, once nobody else does.
 */
public final class AlignedMemory implements AutoCloseable {
    /** Bytes, of which the memory's address is a multiple. */
    public static final int ALIGNMENT = 64;

    /** The most there can be: as much as a buffer has, less what aligning it may take. */
    public static final int MAX_BYTES = Integer.MAX_VALUE - ALIGNMENT;

    /**
     * Copied many at a time: to write hundreds of KiB byte by byte takes longer than all else that
     * a connection costs, as long as the code is not compiled well.
     */
    private static final byte[] ZEROS = new byte[4096];

    private final CleanableDirectBuffer memory;
    private final ByteBuffer whole;
    private boolean closed;

    /**
     * Allocates it.
     *
     * @param bytes how many, from 0 to {@link #MAX_BYTES}.
     * @throws IllegalArgumentException if it is not one of these.
     * @throws OutOfMemoryError if there is no more direct memory.
     */
    public AlignedMemory(final int bytes) {
        this(allocate(bytes), bytes);
    }

    /** In memory of which Netty doesn't say what is in it; from most JDKs it comes zeroed. */
    AlignedMemory(final CleanableDirectBuffer memory, final int bytes) {
        this.memory = memory;
        final ByteBuffer all = memory.buffer();
        while (all.hasRemaining()) {
            all.put(ZEROS, 0, Math.min(ZEROS.length, all.remaining()));
        }
        final int past = all.alignmentOffset(0, ALIGNMENT);
        whole = all.slice(ALIGNMENT - past & ALIGNMENT - 1, bytes);
    }

    private static CleanableDirectBuffer allocate(final int bytes) {
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "bytes must be from 0 to %d, is %d".formatted(MAX_BYTES, bytes));
        }
        return PlatformDependent.allocateDirect(bytes + ALIGNMENT, true /* permitExpensiveClean */);
    }

    /**
     * All of it.
     *
     * @return always the same buffer, whose position and limit nobody may move: duplicate it to
     *     have some of your own.
     */
    public ByteBuffer whole() {
        return whole;
    }

    /**
     * A part of it.
     *
     * @param start the first byte's offset.
     * @param bytes how many.
     * @param order of the numbers in it.
     * @return a buffer of its own over the same memory, not to be touched when it is closed.
     */
    public ByteBuffer slice(final int start, final int bytes, final ByteOrder order) {
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
