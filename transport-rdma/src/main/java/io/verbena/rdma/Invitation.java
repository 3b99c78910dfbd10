// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What two ends tell each other in the private data of the connection manager's messages, at most
 * 56 bytes with a connection request.
 *
 * <pre>
 *   0  u32  magic "VRDM"
 *   4  u8   version of this layout: 1
 *   5  u8   flags
 *   6  u16  frames that the sender has posted receives for
 *   8  u16  bytes of a receive
 *  10  u8   0
 *  11  u8   length of HELLO's payload
 *  12  u32  HELLO: keepalive interval in milliseconds
 *  16  u64  HELLO: versions, window, features
 *  24  u32  HELLO: longest payload accepted
 *  28       HELLO's payload: path and query, up to 28 bytes
 * </pre>
 *
 * <p>So the server can decide on a session, and on its thread, before there is a queue pair. A
 * HELLO that doesn't fit is sent when the connection is made.
 *
 * @param flags see the constants.
 * @param grant frames that the sender has posted receives for.
 * @param slotBytes bytes of each receive.
 * @param hello a HELLO's header and payload; null if it isn't here.
 */
record Invitation(int flags, int grant, int slotBytes, byte @Nullable [] hello) {
    /** In a request: HELLO is here. In an answer: HELLO was here, and has been read. */
    static final int FLAG_HELLO = 1;

    /** In a rejection: a frame follows at {@link #FRAME_AT}. */
    static final int FLAG_FRAME = 2;

    /** Bytes that a rejection's private data may have: rdma_reject(3). */
    static final int REJECTION_BYTES = 148;

    static final int BYTES = 28;
    static final int FRAME_AT = 32;
    private static final int REQUEST_BYTES = 56;
    private static final int MAGIC = 0x4d_44_52_56;
    private static final int VERSION = 1;

    /** What is assumed of a peer whose library can't show or send private data. */
    static Invitation unknown() {
        final RdmaOptions least = RdmaOptions.LEAST;
        return new Invitation(
                0,
                least.receives() - Frames.GREETINGS * (Frames.GREETING_SLOTS - 1),
                least.slotBytes(),
                null);
    }

    /** Is there nothing in it? The fabric pads with zeros. */
    static boolean isBlank(final byte[] privateData) {
        for (final byte each : privateData) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    /** Does a HELLO with so much payload fit into a request? */
    static boolean fits(final int payloadLength) {
        return BYTES + payloadLength <= REQUEST_BYTES;
    }

    byte[] encode() {
        final byte[] payload =
                hello == null
                        ? new byte[0]
                        : Arrays.copyOfRange(hello, FrameHeader.LENGTH, hello.length);
        final ByteBuffer data =
                ByteBuffer.allocate(BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(MAGIC).put((byte) VERSION).put((byte) flags);
        data.putShort((short) grant).putShort((short) slotBytes);
        data.put((byte) 0).put((byte) payload.length);
        if (hello != null) {
            final FrameHeader header = new FrameHeader().readFrom(ByteBuffer.wrap(hello), 0);
            data.putInt(header.rkey()).putLong(header.remoteAddress()).putInt(header.room());
            data.put(payload);
        }
        return data.array();
    }

    /** Reads private data; null if it isn't of Verbena. */
    static @Nullable Invitation decode(final byte[] privateData) {
        if (privateData.length < BYTES) {
            return null;
        }
        final ByteBuffer data = ByteBuffer.wrap(privateData).order(ByteOrder.LITTLE_ENDIAN);
        if (data.getInt(0) != MAGIC || data.get(4) != VERSION) {
            return null;
        }
        final int flags = data.get(5);
        final int grant = data.getShort(6) & 0xffff;
        final int slotBytes = data.getShort(8) & 0xffff;
        final int payloadLength = data.get(11) & 0xff;
        if (grant < 2
                || slotBytes < Frames.OVERHEAD
                || BYTES + payloadLength > privateData.length) {
            return null;
        }
        byte[] hello = null;
        if ((flags & FLAG_HELLO) != 0) {
            hello = new byte[FrameHeader.LENGTH + payloadLength];
            new FrameHeader()
                    .set(FrameType.HELLO, 0, 0, payloadLength, Hello.MAGIC, data.getInt(24))
                    .remoteAddress(data.getLong(16))
                    .rkey(data.getInt(12))
                    .writeTo(ByteBuffer.wrap(hello), 0);
            System.arraycopy(privateData, BYTES, hello, FrameHeader.LENGTH, payloadLength);
        }
        return new Invitation(flags, grant, slotBytes, hello);
    }

    /** A rejection that carries a frame; null if the frame is too long for that. */
    static byte @Nullable [] rejection(final byte[] frame) {
        if (FRAME_AT + frame.length > REJECTION_BYTES) {
            return null;
        }
        final byte[] whole =
                Arrays.copyOf(
                        new Invitation(FLAG_FRAME, 0xffff, Frames.OVERHEAD, null).encode(),
                        FRAME_AT + frame.length);
        System.arraycopy(frame, 0, whole, FRAME_AT, frame.length);
        return whole;
    }

    /** The frame of a rejection; null if there is none. */
    static byte @Nullable [] frameOf(final byte[] privateData) {
        final Invitation read = decode(privateData);
        if (read == null || (read.flags & FLAG_FRAME) == 0) {
            return null;
        }
        final int room = privateData.length - FRAME_AT - FrameHeader.LENGTH;
        if (room < 0) {
            return null;
        }
        final byte[] frame = Arrays.copyOfRange(privateData, FRAME_AT, privateData.length);
        final int length = new FrameHeader().readFrom(ByteBuffer.wrap(frame), 0).payloadLength();
        return length < 0 || length > room
                ? null
                : Arrays.copyOf(frame, FrameHeader.LENGTH + length);
    }
}
