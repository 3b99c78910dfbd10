// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A frame of its own memory, header and payload: a few of them while a session is set up. */
final class KeptFrame implements MsgMemory {
    private final FrameHeader header = new FrameHeader();
    private final ByteBuffer payload;

    private KeptFrame(final byte[] payload) {
        this.payload = ByteBuffer.wrap(payload);
    }

    /** A frame to send. */
    static KeptFrame of(final int type, final int flags, final int code, final byte[] payload) {
        final KeptFrame frame = new KeptFrame(payload);
        frame.header.set(type, flags, 0, payload.length, 0, code);
        return frame;
    }

    /** A copy of a frame that is to be sent. */
    static KeptFrame copyOf(final FrameHeader frame, final @Nullable MsgMemory memory) {
        final byte[] bytes = new byte[frame.payloadLength()];
        if (memory != null) {
            memory.outbound().clear().get(bytes);
        }
        final KeptFrame copy = new KeptFrame(bytes);
        copy.header.set(frame);
        return copy;
    }

    /** Memory for a frame that is being received. */
    static KeptFrame receiving(final FrameHeader frame) {
        final KeptFrame kept = new KeptFrame(new byte[frame.payloadLength()]);
        kept.header.set(frame);
        return kept;
    }

    /** The same header in front of another payload. */
    KeptFrame withPayload(final byte[] other) {
        final KeptFrame frame = new KeptFrame(other);
        frame.header.set(
                header.type(),
                header.flags(),
                header.credits(),
                other.length,
                header.transactionId(),
                header.room());
        frame.header.remoteAddress(header.remoteAddress()).rkey(header.rkey());
        return frame;
    }

    FrameHeader header() {
        return header;
    }

    /** What a connection is given with the header: none where there is no payload. */
    @Nullable MsgMemory memory() {
        return payload.capacity() == 0 ? null : this;
    }

    byte[] payload() {
        return payload.array();
    }

    /** The payload, from a place on, as a text of a peer's that people may be shown. */
    String text(final int start) {
        final String all = new String(payload(), start, payload().length - start, UTF_8);
        return all.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public ByteBuffer inbound() {
        return payload;
    }

    @Override
    public ByteBuffer outbound() {
        return payload;
    }

    @Override
    public String toString() {
        return header.toString();
    }
}
