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
 * between its bytes large payloads, which are sent from where they are.
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

    /**
     * When so much of large payloads has come together it is sent, for the same reason. Sent one by
     * one, each would end with a TCP segment of a few bytes, which costs as much as one of 64 KiB.
     */
    static final int FLUSH_LARGE_BYTES = 1024 * 1024;

    /** So is what has come together in so many payloads: that segment is a small part by then. */
    static final int FLUSH_PAYLOADS = 16;

    private final SegmentSlot segment;

    /** None before the first: many connections have no large payload, ever. */
    private @Nullable LargePayloads large;

    /** The kernel has taken less than it was offered. */
    private boolean full;

    /** A frame was not taken, and whoever sent it waits to hear when it would be. */
    private boolean refused;

    Outbound(final Segments segments) {
        segment = new SegmentSlot(segments);
    }

    boolean isEmpty() {
        return segment.isEmpty() && !hasPayloads();
    }

    private boolean hasPayloads() {
        final LargePayloads payloads = large;
        return payloads != null && !payloads.isEmpty();
    }

    /** Was a payload sent that is still to be told of by {@link #takeSent}? */
    boolean hasNews() {
        final LargePayloads payloads = large;
        return payloads != null && payloads.hasNews();
    }

    /** Is it the kernel's turn? */
    boolean isFull() {
        return full;
    }

    /** Takes a frame, and sends it if enough has come together. */
    SendResult send(final Link link, final FrameHeader header, final @Nullable MsgMemory memory)
            throws IOException {
        if (mustWait()) {
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
        if (copied) {
            final ByteBuffer source = memory.outbound();
            source.limit(source.capacity());
            gathered.bytes.put(gathered.end, source, 0, length);
            gathered.end += length;
            if (gathered.end - gathered.start >= FLUSH_BYTES && !full) {
                flush(link);
            }
            return SendResult.SENT;
        }
        return sendLarge(link, memory, length, gathered);
    }

    private SendResult sendLarge(
            final Link link, final MsgMemory memory, final int length, final Segment gathered)
            throws IOException {
        LargePayloads payloads = large;
        if (payloads == null) {
            payloads = new LargePayloads();
            large = payloads;
        }
        payloads.add(memory, length, gathered);
        if (!full
                && (payloads.bytes() >= FLUSH_LARGE_BYTES || payloads.count() >= FLUSH_PAYLOADS)) {
            flush(link);
        }
        if (!payloads.isEmpty()) {
            return SendResult.HELD;
        }
        payloads.forgetLast();
        return SendResult.SENT;
    }

    /** Nothing more is taken behind large payloads that the kernel doesn't take. */
    private boolean mustWait() {
        final LargePayloads payloads = large;
        return payloads != null && ((full && !payloads.isEmpty()) || !payloads.hasRoom());
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

    /** Offers the kernel what there is; {@link #takeSent} tells which payloads are sent then. */
    void flush(final Link link) throws IOException {
        final Segment gathered = segment.get();
        final LargePayloads payloads = large;
        if (payloads != null && !payloads.isEmpty()) {
            payloads.write(link, gathered);
        } else if (gathered != null) {
            gathered.sent(link.write(gathered.unsent()));
        } else {
            full = !link.flush();
            return;
        }
        if (gathered != null && gathered.isEmpty()) {
            segment.clear();
        }
        full = !isEmpty() || link.hasUnsent();
    }

    /** The next payload that was sent to its end since {@link #send} has said HELD, or null. */
    @Nullable MsgMemory takeSent() {
        final LargePayloads payloads = large;
        return payloads == null ? null : payloads.takeSent();
    }

    /** Was a frame refused that would be taken now? Asked once. */
    boolean takeWritable() {
        if (refused && !full && !mustWait()) {
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
        large = null;
    }
}
