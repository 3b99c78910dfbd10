// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.spi.MsgMemory;
import io.verbena.tcp.Segments.Segment;
import io.verbena.tcp.link.Link;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a connection: cuts frames out of what is read.
 *
 * <p>Reading goes to the buffer that all connections of the poller share, and small payloads are
 * copied from there. A payload whose end wasn't read with its beginning is then read into its
 * message directly, and with the same system call what follows it into the shared buffer.
 */
final class Inbound {
    private static final int HEADER = FrameHeader.LENGTH;

    private final NioConnection connection;

    /** The header of a frame that has been read in part. */
    private final ByteBuffer headerBytes = ByteBuffer.allocate(HEADER);

    /** Bytes of it that are there; all of them while a payload is being read. */
    private int headerHave;

    /** Where the payload that is being read belongs. */
    private @Nullable MsgMemory target;

    private int payloadLength;
    private int payloadHave;
    private final ByteBuffer[] vector = new ByteBuffer[2];

    /** What was read and can't be looked at for now. */
    private final SegmentSlot stash;

    private boolean stalled;

    Inbound(final NioConnection connection, final Segments segments) {
        this.connection = connection;
        stash = new SegmentSlot(segments);
    }

    /** Was "not now" the answer? */
    boolean isStalled() {
        return stalled;
    }

    /**
     * Reads once, and tells of the frames that are whole.
     *
     * @return bytes read, 0 if there were none, -1 at the end of the stream.
     */
    int read(final Link link, final ReadArea area) throws IOException {
        final ByteBuffer bytes = area.clear();
        if (target != null) {
            return readPayload(link, target, area, bytes);
        }
        if (headerHave > 0) {
            bytes.put(0, headerBytes, 0, headerHave).position(headerHave);
        }
        final int read = link.read(bytes.limit(Math.min(link.headBytes(), bytes.capacity())));
        if (read > 0) {
            headerHave = 0;
            consume(area, bytes, 0, bytes.position());
        }
        return read;
    }

    private int readPayload(
            final Link link, final MsgMemory memory, final ReadArea area, final ByteBuffer bytes)
            throws IOException {
        final int left = payloadLength - payloadHave;
        final long read;
        if (memory == MsgMemory.DISCARD) {
            read = link.read(bytes);
        } else {
            vector[0] = memory.inbound().limit(payloadLength).position(payloadHave);
            vector[1] = bytes.limit(Math.min(link.tailBytes(), bytes.capacity()));
            read = link.read(vector);
        }
        if (read > 0) {
            payloadHave += (int) Math.min(read, left);
            if (payloadHave == payloadLength) {
                target = null;
                headerHave = 0;
                connection.handler().onFrame(area.header(headerBytes, 0), memory);
                final int end = bytes.position();
                // What is thrown away is in the same buffer as what follows it.
                consume(area, bytes, memory == MsgMemory.DISCARD ? left : 0, end);
            }
        }
        return (int) Math.min(read, Integer.MAX_VALUE);
    }

    /** Looks at what was read into the shared buffer, and keeps what must wait. */
    private void consume(
            final ReadArea area, final ByteBuffer bytes, final int first, final int end) {
        final int start = parse(area, bytes, first, end);
        if (start == end || connection.isEnding()) {
            return;
        }
        if (stalled || !connection.isAttached()) {
            putAside(bytes, start, end);
        } else {
            keepHeader(bytes, start, end);
        }
    }

    /** Tells of the frames that are whole; returns where the rest starts. */
    private int parse(final ReadArea area, final ByteBuffer bytes, final int start, final int end) {
        int at = start;
        while (end - at >= HEADER && connection.isAttached()) {
            final FrameHeader header = area.header(bytes, at);
            final MsgMemory memory = connection.handler().destination(header);
            if (connection.isEnding()) {
                return at;
            }
            if (memory == null) {
                stalled = true;
                return at;
            }
            final int length = header.payloadLength();
            final int payload = at + HEADER;
            final int here = Math.min(length, end - payload);
            if (here > 0 && memory != MsgMemory.DISCARD) {
                final ByteBuffer inbound = memory.inbound();
                inbound.limit(inbound.capacity());
                inbound.put(0, bytes, payload, here);
            }
            if (here < length) {
                keepHeader(bytes, at, payload);
                target = memory;
                payloadLength = length;
                payloadHave = here;
                return end;
            }
            at = payload + here;
            connection.handler().onFrame(header, memory);
        }
        return at;
    }

    private void keepHeader(final ByteBuffer bytes, final int start, final int end) {
        headerHave = end - start;
        headerBytes.put(0, bytes, start, headerHave);
    }

    private void putAside(final ByteBuffer bytes, final int start, final int end) {
        final Segment segment = stash.take();
        segment.bytes.put(0, bytes, start, end - start);
        segment.end = end - start;
        if (!connection.isAttached()) {
            stash.part();
        }
    }

    /** Asks again about what was put aside. */
    void resume(final ReadArea area) {
        stalled = false;
        final Segment segment = stash.get();
        if (segment == null) {
            return;
        }
        final int start = parse(area, segment.bytes, segment.start, segment.end);
        if (connection.isEnding()) {
            return;
        }
        segment.start = start;
        if (!stalled && connection.isAttached()) {
            if (!segment.isEmpty()) {
                keepHeader(segment.bytes, start, segment.end);
            }
            stash.clear();
        }
    }

    /** Leaves its poller. */
    void part() {
        stash.part();
    }

    /** From now on another poller's segments. */
    void moveTo(final Segments others) {
        stash.moveTo(others);
    }

    /** Gives back what it has. */
    void close() {
        target = null;
        stash.clear();
    }
}
