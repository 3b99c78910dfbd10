// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one message at a time. It begins in memory that is lent to it, usually what will be
 * sent, so that a message which fits needs no copy; and goes on in its own, which grows by doubling
 * up to a limit. For one thread at a time.
 */
public final class MessageBuffer implements AutoCloseable {
    /** OpenJ9's buffers begin so, too. */
    private static final int INITIAL_BYTES = 32 << 10;

    /** More than this isn't kept for the next message. */
    private static final int KEPT_BYTES = 1 << 20;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final int maxBytes;
    private ByteOrder order;
    private @Nullable ByteBuf own;
    private ByteBuffer ownBytes = NOTHING;

    /** What is in use: lent, or own. */
    private ByteBuffer bytes = NOTHING;

    private boolean lent;

    /**
     * Makes a buffer, which allocates nothing before it must.
     *
     * @param maxBytes the most it may grow to, 1 or more.
     * @param order the byte order of the messages: the peer's.
     */
    public MessageBuffer(final int maxBytes, final ByteOrder order) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, is " + maxBytes);
        }
        this.maxBytes = maxBytes;
        this.order = Objects.requireNonNull(order, "order");
    }

    /**
     * Begins a message in the buffer's own memory. What was in it before is lost.
     *
     * @return this.
     */
    public MessageBuffer clear() {
        if (ownBytes.capacity() > KEPT_BYTES) {
            close();
        }
        bytes = ownBytes;
        lent = false;
        return this;
    }

    /**
     * Begins a message in memory that is lent, until the next {@code clear}, {@code begin} or
     * {@code close}. If the message outgrows it, it goes on in the buffer's own.
     *
     * @param memory used from 0 to its limit; its byte order is set, its position not looked at.
     * @return this.
     */
    public MessageBuffer begin(final ByteBuffer memory) {
        clear();
        bytes = memory.order(order);
        lent = true;
        return this;
    }

    /**
     * Where the message is now.
     *
     * @return the memory, in the messages' byte order; another one when the buffer grows.
     */
    public ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Is the message still in the memory that was lent?
     *
     * @return whether it is; false if none was.
     */
    public boolean isLent() {
        return lent;
    }

    /**
     * The byte order of the messages.
     *
     * @return the order.
     */
    public ByteOrder order() {
        return order;
    }

    /**
     * Changes the byte order, of the next message on.
     *
     * @param value the peer's byte order.
     */
    public void order(final ByteOrder value) {
        order = Objects.requireNonNull(value, "order");
        ownBytes.order(value);
    }

    /**
     * Makes room.
     *
     * @param used bytes from 0 that are kept.
     * @param needed bytes from 0 that there is to be room for.
     * @return the memory, with a limit of at least {@code needed}.
     * @throws IllegalArgumentException if that is more than the buffer may have.
     */
    public ByteBuffer reserve(final int used, final int needed) {
        return needed >= 0 && needed <= bytes.limit() ? bytes : grow(used, needed);
    }

    private ByteBuffer grow(final int used, final int needed) {
        if (needed < 0 || needed > maxBytes) {
            throw new IllegalArgumentException(
                    "the message becomes longer than %d bytes; raise MessageLimits.maxMessageBytes"
                                    .formatted(maxBytes)
                            + " at both ends, or send it in parts");
        }
        if (needed > ownBytes.capacity()) {
            final long doubled = Math.max(INITIAL_BYTES, 2L * ownBytes.capacity());
            final int capacity = (int) Math.min(maxBytes, Math.max(doubled, needed));
            final ByteBuf larger = PooledByteBufAllocator.DEFAULT.directBuffer(capacity, capacity);
            final ByteBuffer largerBytes = larger.nioBuffer(0, capacity).order(order);
            largerBytes.put(0, bytes, 0, used);
            final ByteBuf smaller = own;
            own = larger;
            ownBytes = largerBytes;
            if (smaller != null) {
                smaller.release();
            }
        } else {
            ownBytes.put(0, bytes, 0, used);
        }
        bytes = ownBytes;
        lent = false;
        return bytes;
    }

    /** Gives its memory back. Idempotent; the buffer can be used again, and allocates anew. */
    @Override
    public void close() {
        final ByteBuf memory = own;
        own = null;
        ownBytes = NOTHING;
        bytes = NOTHING;
        lent = false;
        if (memory != null) {
            memory.release();
        }
    }
}
