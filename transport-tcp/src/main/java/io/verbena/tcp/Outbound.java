// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.MsgMemory;
import io.verbena.tcp.Segments.Segment;
import io.verbena.tcp.link.Link;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a connection: a segment in which headers and small payloads are gathered, and
 * behind it at most one large payload, which is sent from where it is.
 */
final class Outbound {
    /**
     * Payloads up to this many bytes are copied. Copying costs less than what it takes to send from
     * two places, up to about this size, and it frees the message at once.
     */
    static final int COPY_BYTES = 4096;

    /**
     * When so much is gathered it is sent without waiting for the end of the duty cycle, so that
     * the peer works while this side does. Less costs more system calls and TLS records, each of
     * which takes its time however short it is; more has two ends with some 20 KiB outstanding take
     * turns.
     */
    static final int FLUSH_BYTES = 12 * 1024;

    private final SegmentSlot segment;
    private final ByteBuffer[] vector = new ByteBuffer[2];
    private @Nullable MsgMemory payload;
    private @Nullable ByteBuffer payloadView;

    /** The kernel has taken less than it was offered. */
    private boolean full;

    /** A frame was not taken, and whoever sent it waits to hear when it would be. */
    private boolean refused;

    Outbound(final Segments segments) {
        segment = new SegmentSlot(segments);
    }

    boolean isEmpty() {
        return segment.isEmpty() && payload == null;
    }

    /** Is it the kernel's turn? */
    boolean isFull() {
        return full;
    }

    /** Takes a frame, and sends it if enough has come together. */
    SendResult send(final Link link, final FrameHeader header, final @Nullable MsgMemory memory)
            throws IOException {
        if (payload != null) {
            refused = true;
            return SendResult.BACK_PRESSURED;
        }
        final int length = memory == null ? 0 : header.payloadLength();
        final boolean copied = length <= COPY_BYTES;
        final Segment gathered = room(link, FrameHeader.LENGTH + (copied ? length : 0));
        if (gathered == null) {
            refused = true;
            return SendResult.BACK_PRESSURED;
        }
        header.writeTo(gathered.bytes, gathered.end);
        gathered.end += FrameHeader.LENGTH;
        if (memory == null || length == 0) {
            return SendResult.SENT;
        }
        final ByteBuffer source = memory.outbound();
        if (copied) {
            source.limit(source.capacity());
            gathered.bytes.put(gathered.end, source, 0, length);
            gathered.end += length;
            if (gathered.end - gathered.start >= FLUSH_BYTES && !full) {
                flush(link);
            }
            return SendResult.SENT;
        }
        payload = memory;
        payloadView = source.limit(length).position(0);
        if (!full) {
            flush(link);
        }
        // flush() has forgotten the payload if it has sent it all.
        return payload == null ? SendResult.SENT : SendResult.HELD;
    }

    /** A segment with so much room; null if the kernel must take something first. */
    private @Nullable Segment room(final Link link, final int bytes) throws IOException {
        Segment current = segment.get();
        if (current != null && current.room() < bytes && !full) {
            flush(link);
            current = segment.get();
        }
        if (current == null) {
            current = segment.take();
        }
        return current.room() < bytes ? null : current;
    }

    /**
     * Offers the kernel what there is.
     *
     * @return the payload that has been sent to its end by this call, if there is one.
     */
    @Nullable MsgMemory flush(final Link link) throws IOException {
        final Segment gathered = segment.get();
        final ByteBuffer large = payloadView;
        if (gathered != null && large != null) {
            vector[0] = gathered.unsent();
            vector[1] = large;
            link.write(vector);
        } else if (gathered != null) {
            link.write(gathered.unsent());
        } else if (large != null) {
            link.write(large);
        } else {
            full = !link.flush();
            return null;
        }
        if (gathered != null) {
            gathered.sent();
            if (gathered.isEmpty()) {
                segment.clear();
            }
        }
        MsgMemory done = null;
        if (large != null && !large.hasRemaining()) {
            done = payload;
            payload = null;
            payloadView = null;
        }
        full = !isEmpty() || link.hasUnsent();
        return done;
    }

    /** Was a frame refused that would be taken now? Asked once. */
    boolean takeWritable() {
        if (refused && payload == null && !full) {
            refused = false;
            return true;
        }
        return false;
    }

    /** Leaves its poller. */
    void part() {
        segment.part();
    }

    /** From now on another poller's segments. */
    void moveTo(final Segments others) {
        segment.moveTo(others);
    }

    /** Gives back what it has. */
    void close() {
        segment.clear();
        payload = null;
        payloadView = null;
    }
}
