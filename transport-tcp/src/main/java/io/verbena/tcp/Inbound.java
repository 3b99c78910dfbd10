// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
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

    /**
     * How much of what follows a large payload is read with it: some small frames, but of another
     * large payload not so much that its copying would be felt.
     */
    private static final int TAIL_BYTES = 4096;

    private final NioConnection connection;

    /** The header of a frame that has been read in part. */
    private final ByteBuffer headerBytes =
            ByteBuffer.allocateDirect(HEADER).order(ByteOrder.LITTLE_ENDIAN);

    private final FrameHeader header = new FrameHeader().wrap(headerBytes, 0);

    /** Bytes of it that are there; all of them while a payload is being read. */
    private int headerHave;

    /** Where the payload that is being read belongs. */
    private @Nullable MsgMemory target;

    private int payloadLength;
    private int payloadHave;
    private final ByteBuffer[] vector = new ByteBuffer[2];

    /** What was read and can't be looked at for now. */
    private @Nullable ByteBuf stash;

    private ByteBuffer stashed = headerBytes;
    private int stashStart;
    private int stashEnd;

    private boolean stalled;
    private long receivedBytes;

    Inbound(final NioConnection connection) {
        this.connection = connection;
    }

    long receivedBytes() {
        return receivedBytes;
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
    int read(final SocketChannel channel, final ByteBuffer shared, final FrameHeader flyweight)
            throws IOException {
        shared.clear();
        if (target != null) {
            return readPayload(channel, target, shared, flyweight);
        }
        if (headerHave > 0) {
            shared.put(0, headerBytes, 0, headerHave).position(headerHave);
        }
        final int read = channel.read(shared);
        if (read > 0) {
            receivedBytes += read;
            headerHave = 0;
            consume(shared, shared.position(), flyweight);
        }
        return read;
    }

    private int readPayload(
            final SocketChannel channel,
            final MsgMemory memory,
            final ByteBuffer shared,
            final FrameHeader flyweight)
            throws IOException {
        final int left = payloadLength - payloadHave;
        final long read;
        if (memory == MsgMemory.DISCARD) {
            shared.limit(Math.min(left, shared.capacity()));
            read = channel.read(shared);
            shared.clear();
        } else {
            vector[0] = memory.inbound().limit(payloadLength).position(payloadHave);
            vector[1] = shared.limit(TAIL_BYTES);
            read = channel.read(vector, 0, 2);
            shared.clear();
        }
        if (read > 0) {
            receivedBytes += read;
            payloadHave += (int) Math.min(read, left);
            if (payloadHave == payloadLength) {
                target = null;
                headerHave = 0;
                final int behind = (int) Math.max(0, read - left);
                connection.handler().onFrame(header, memory);
                consume(shared, behind, flyweight);
            }
        }
        return (int) Math.min(read, Integer.MAX_VALUE);
    }

    /** Looks at what was read into the shared buffer, and keeps what must wait. */
    private void consume(final ByteBuffer shared, final int end, final FrameHeader flyweight) {
        final int start = parse(shared, 0, end, flyweight);
        if (start == end || connection.isEnding()) {
            return;
        }
        if (stalled || !connection.isAttached()) {
            putAside(shared, start, end);
        } else {
            keepHeader(shared, start, end);
        }
    }

    /** Tells of the frames that are whole; returns where the rest starts. */
    private int parse(
            final ByteBuffer bytes, final int start, final int end, final FrameHeader flyweight) {
        int at = start;
        while (end - at >= HEADER && connection.isAttached()) {
            flyweight.wrap(bytes, at);
            final MsgMemory memory = connection.handler().destination(flyweight);
            if (connection.isEnding()) {
                return at;
            }
            if (memory == null) {
                stalled = true;
                return at;
            }
            final int length = flyweight.payloadLength();
            at += HEADER;
            final int here = Math.min(length, end - at);
            if (here > 0 && memory != MsgMemory.DISCARD) {
                final ByteBuffer inbound = memory.inbound();
                inbound.limit(inbound.capacity());
                inbound.put(0, bytes, at, here);
            }
            if (here < length) {
                flyweight.copyTo(headerBytes, 0);
                headerHave = HEADER;
                target = memory;
                payloadLength = length;
                payloadHave = here;
                return end;
            }
            at += here;
            connection.handler().onFrame(flyweight, memory);
        }
        return at;
    }

    private void keepHeader(final ByteBuffer bytes, final int start, final int end) {
        headerHave = end - start;
        headerBytes.put(0, bytes, start, headerHave);
    }

    private void putAside(final ByteBuffer bytes, final int start, final int end) {
        final ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(end - start);
        stash = memory;
        stashed = memory.nioBuffer(0, end - start);
        stashed.put(0, bytes, start, end - start);
        stashStart = 0;
        stashEnd = end - start;
    }

    /** Asks again about what was put aside. */
    void resume(final FrameHeader flyweight) {
        stalled = false;
        final ByteBuf memory = stash;
        if (memory == null) {
            return;
        }
        stashStart = parse(stashed, stashStart, stashEnd, flyweight);
        if (connection.isEnding()) {
            return;
        }
        if (!stalled && connection.isAttached()) {
            if (stashStart < stashEnd) {
                keepHeader(stashed, stashStart, stashEnd);
            }
            dropStash();
        }
    }

    private void dropStash() {
        final ByteBuf memory = stash;
        if (memory != null) {
            stash = null;
            stashed = headerBytes;
            memory.release();
        }
    }

    /** Gives back what it has. */
    void close() {
        target = null;
        dropStash();
    }
}
