// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The {@value #LENGTH} bytes that stand before every payload, as four words.
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
 * <p>A header is a value of its own: it is read from memory and written to memory, and what becomes
 * of that memory doesn't touch it. One header serves for any number of frames, one after the other.
 * Not thread-safe.
 */
public final class FrameHeader {
    /** Bytes of a header. */
    public static final int LENGTH = 32;

    /** On HELLO from a server: the session was rejected, the payload says why. */
    public static final int FLAG_REJECTED = 1;

    /** On KEEPALIVE: the sender has no room for requests and has stopped reading them. */
    public static final int FLAG_BUSY = 1;

    /**
     * A word of any buffer, whatever its byte order. Not by {@link ByteBuffer#getLong(int)}: that
     * is a virtual call where the compiler has seen several kinds of buffers, or none yet, and a
     * header takes four of them for each frame sent and received.
     */
    private static final VarHandle WORD =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Type, flags, credits and payload length. */
    private long first;

    private long transactionId;
    private long remoteAddress;

    /** Key and room. */
    private long last;

    /** A header of nothing but zeros, which no valid frame has. */
    public FrameHeader() {}

    /**
     * Takes every field from memory.
     *
     * @param memory the buffer; its position and order are neither used nor touched.
     * @param index where the header starts; {@value #LENGTH} bytes below the limit must follow.
     * @return this.
     */
    public FrameHeader readFrom(final ByteBuffer memory, final int index) {
        first = (long) WORD.get(memory, index);
        transactionId = (long) WORD.get(memory, index + 8);
        remoteAddress = (long) WORD.get(memory, index + 16);
        last = (long) WORD.get(memory, index + 24);
        return this;
    }

    /**
     * Sets every field; what isn't a parameter becomes 0.
     *
     * @param type one of {@link FrameType}.
     * @param flags 8 bits.
     * @param credits credits granted, 0 to 65535.
     * @param payloadLength bytes that follow the header.
     * @param id the request's transaction id, or 0.
     * @param room room for the response, or a code.
     * @return this.
     */
    public FrameHeader set(
            final int type,
            final int flags,
            final int credits,
            final int payloadLength,
            final long id,
            final int room) {
        first =
                (type & 0xffL)
                        | ((flags & 0xffL) << 8)
                        | ((credits & 0xffffL) << 16)
                        | ((long) payloadLength << 32);
        transactionId = id;
        remoteAddress = 0;
        last = (long) room << 32;
        return this;
    }

    /**
     * Takes every field from another header.
     *
     * @param other the other one.
     * @return this.
     */
    public FrameHeader set(final FrameHeader other) {
        first = other.first;
        transactionId = other.transactionId;
        remoteAddress = other.remoteAddress;
        last = other.last;
        return this;
    }

    /**
     * Writes the header to memory.
     *
     * @param memory the buffer; its position and order are neither used nor touched.
     * @param index where the header is to start; there must be room for {@value #LENGTH} bytes
     *     below the limit.
     */
    public void writeTo(final ByteBuffer memory, final int index) {
        WORD.set(memory, index, first);
        WORD.set(memory, index + 8, transactionId);
        WORD.set(memory, index + 16, remoteAddress);
        WORD.set(memory, index + 24, last);
    }

    /**
     * One of {@link FrameType}, or anything else from a peer that isn't one of ours.
     *
     * @return 0 to 255.
     */
    public int type() {
        return (int) first & 0xff;
    }

    /**
     * The flags; what a bit means depends on the type.
     *
     * @return 0 to 255.
     */
    public int flags() {
        return (int) (first >>> 8) & 0xff;
    }

    /**
     * Sets {@link #flags()}.
     *
     * @param bits 8 bits.
     * @return this.
     */
    public FrameHeader flags(final int bits) {
        first = (first & ~0xff00L) | ((bits & 0xffL) << 8);
        return this;
    }

    /**
     * Credits that this frame grants.
     *
     * @return 0 to 65535.
     */
    public int credits() {
        return (int) (first >>> 16) & 0xffff;
    }

    /**
     * Bytes of payload behind this header.
     *
     * @return the length; negative where the peer claims more than 2<sup>31</sup>-1.
     */
    public int payloadLength() {
        return (int) (first >>> 32);
    }

    /**
     * The transaction that the frame belongs to: the requester's slot in the low 32 bits, a
     * sequence number in the high ones. Opaque to the server, which sends it back as it came.
     *
     * @return the id.
     */
    public long transactionId() {
        return transactionId;
    }

    /**
     * Where the requester's memory is (RDMA).
     *
     * @return an address in the sender's memory, 0 on other transports.
     */
    public long remoteAddress() {
        return remoteAddress;
    }

    /**
     * Sets {@link #remoteAddress()}.
     *
     * @param address an address in the sender's memory.
     * @return this.
     */
    public FrameHeader remoteAddress(final long address) {
        remoteAddress = address;
        return this;
    }

    /**
     * The key to {@link #remoteAddress()} (RDMA).
     *
     * @return a remote key, 0 on other transports.
     */
    public int rkey() {
        return (int) last;
    }

    /**
     * Sets {@link #rkey()}.
     *
     * @param key a remote key.
     * @return this.
     */
    public FrameHeader rkey(final int key) {
        last = (last & 0xffff_ffff_0000_0000L) | (key & 0xffff_ffffL);
        return this;
    }

    /**
     * On a request, the bytes that the requester has room for in the response; on FAILURE and
     * GOODBYE, the code of the reason.
     *
     * @return the room; negative where the peer claims more than 2<sup>31</sup>-1.
     */
    public int room() {
        return (int) (last >>> 32);
    }

    @Override
    public String toString() {
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
