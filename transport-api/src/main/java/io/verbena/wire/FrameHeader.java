// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A flyweight over the {@value #LENGTH} bytes that stand before every payload.
 *
 * <pre>
 *  0        1        2                 4                                   8
 *  +--------+--------+-----------------+-----------------------------------+
 *  | type   | flags  | credits         | payload length                    |
 *  +--------+--------+-----------------+-----------------------------------+
 *  | transaction id                                                        |
 *  +-----------------------------------------------------------------------+
 *  | remote address (RDMA), else 0                                         |
 *  +-----------------------------------+-----------------------------------+
 *  | rkey (RDMA), else 0               | room for the response             |
 *  +-----------------------------------+-----------------------------------+
 * </pre>
 *
 * <p>Integers are little-endian, the fields naturally aligned. All of them are unsigned; lengths
 * and room are never above 2<sup>31</sup>-1 in a valid frame, so they read as negative where a peer
 * lies.
 *
 * <p>The flyweight owns no memory and may be wrapped over other memory at any time. It sets the
 * byte order of a buffer that it is wrapped over to little-endian. Not thread-safe.
 */
public final class FrameHeader {
    /** Bytes of a header. */
    public static final int LENGTH = 32;

    /** On HELLO from a server: the session was rejected, the payload says why. */
    public static final int FLAG_REJECTED = 1;

    /** On KEEPALIVE: the sender has no room for requests and has stopped reading them. */
    public static final int FLAG_BUSY = 1;

    private static final int TYPE = 0;
    private static final int FLAGS = 1;
    private static final int CREDITS = 2;
    private static final int PAYLOAD_LENGTH = 4;
    private static final int TRANSACTION_ID = 8;
    private static final int REMOTE_ADDRESS = 16;
    private static final int RKEY = 24;
    private static final int ROOM = 28;

    private static final ByteBuffer NOWHERE = ByteBuffer.allocate(0);

    private ByteBuffer buffer = NOWHERE;
    private int offset;

    /** A flyweight over nothing yet. */
    public FrameHeader() {}

    /**
     * Moves the flyweight.
     *
     * @param memory the buffer; its position and limit are not touched, its order becomes
     *     little-endian.
     * @param index where the header starts; {@value #LENGTH} bytes must follow.
     * @return this.
     */
    @SuppressWarnings("ReferenceEquality") // the same buffer is meant, not an equal one
    public FrameHeader wrap(final ByteBuffer memory, final int index) {
        if (memory.order() != ByteOrder.LITTLE_ENDIAN) {
            memory.order(ByteOrder.LITTLE_ENDIAN);
        }
        if (buffer != memory) {
            // Most often it is the same; to store a reference is work for the garbage collector.
            buffer = memory;
        }
        offset = index;
        return this;
    }

    /**
     * Writes every field at once; what isn't a parameter becomes 0.
     *
     * @param type one of {@link FrameType}.
     * @param flags 8 bits.
     * @param credits credits granted, 0 to 65535.
     * @param payloadLength bytes that follow the header.
     * @param transactionId the request's id, or 0.
     * @param room room for the response, or a code.
     * @return this.
     */
    public FrameHeader encode(
            final int type,
            final int flags,
            final int credits,
            final int payloadLength,
            final long transactionId,
            final int room) {
        buffer.putLong(
                offset,
                (type & 0xffL)
                        | ((flags & 0xffL) << 8)
                        | ((credits & 0xffffL) << 16)
                        | ((long) payloadLength << 32));
        buffer.putLong(offset + TRANSACTION_ID, transactionId);
        buffer.putLong(offset + REMOTE_ADDRESS, 0);
        buffer.putLong(offset + RKEY, (long) room << 32);
        return this;
    }

    /**
     * Copies the header to other memory.
     *
     * @param target where to; must be little-endian.
     * @param index where in the target.
     */
    public void copyTo(final ByteBuffer target, final int index) {
        target.putLong(index, buffer.getLong(offset));
        target.putLong(index + 8, buffer.getLong(offset + 8));
        target.putLong(index + 16, buffer.getLong(offset + 16));
        target.putLong(index + 24, buffer.getLong(offset + 24));
    }

    /**
     * One of {@link FrameType}, or anything else from a peer that isn't one of ours.
     *
     * @return 0 to 255.
     */
    public int type() {
        return buffer.get(offset + TYPE) & 0xff;
    }

    /**
     * The flags; what a bit means depends on the type.
     *
     * @return 0 to 255.
     */
    public int flags() {
        return buffer.get(offset + FLAGS) & 0xff;
    }

    /**
     * Credits that this frame grants.
     *
     * @return 0 to 65535.
     */
    public int credits() {
        return buffer.getShort(offset + CREDITS) & 0xffff;
    }

    /**
     * Bytes of payload behind this header.
     *
     * @return the length; negative where the peer claims more than 2<sup>31</sup>-1.
     */
    public int payloadLength() {
        return buffer.getInt(offset + PAYLOAD_LENGTH);
    }

    /**
     * The transaction that the frame belongs to: the requester's slot in the low 32 bits, a
     * sequence number in the high ones. Opaque to the server, which sends it back as it came.
     *
     * @return the id.
     */
    public long transactionId() {
        return buffer.getLong(offset + TRANSACTION_ID);
    }

    /**
     * Where the requester's memory is (RDMA).
     *
     * @return an address in the sender's memory, 0 on other transports.
     */
    public long remoteAddress() {
        return buffer.getLong(offset + REMOTE_ADDRESS);
    }

    /**
     * Sets {@link #remoteAddress()}.
     *
     * @param address an address in the sender's memory.
     * @return this.
     */
    public FrameHeader remoteAddress(final long address) {
        buffer.putLong(offset + REMOTE_ADDRESS, address);
        return this;
    }

    /**
     * The key to {@link #remoteAddress()} (RDMA).
     *
     * @return a remote key, 0 on other transports.
     */
    public int rkey() {
        return buffer.getInt(offset + RKEY);
    }

    /**
     * Sets {@link #rkey()}.
     *
     * @param key a remote key.
     * @return this.
     */
    public FrameHeader rkey(final int key) {
        buffer.putInt(offset + RKEY, key);
        return this;
    }

    /**
     * On a request, the bytes that the requester has room for in the response; on FAILURE and
     * GOODBYE, the code of the reason.
     *
     * @return the room; negative where the peer claims more than 2<sup>31</sup>-1.
     */
    public int room() {
        return buffer.getInt(offset + ROOM);
    }

    @Override
    public String toString() {
        if (buffer.capacity() == 0) {
            return "FrameHeader[nowhere]";
        }
        return "%s[flags=%#x credits=%d length=%d id=%#x room=%d]"
                .formatted(
                        FrameType.name(type()),
                        flags(),
                        credits(),
                        payloadLength(),
                        transactionId(),
                        room());
    }
}
