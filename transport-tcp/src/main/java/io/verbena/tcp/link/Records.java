// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.EventReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A socket's bytes as TLS records (RFC 8446, section 5.1): finds where each ends, and keeps what
 * was read or wrapped in part.
 */
final class Records {
    static final int HEADER = 5;

    /** The types of records: change_cipher_spec is the lowest. */
    private static final int LOWEST_TYPE = 20;

    static final int ALERT = 21;
    static final int HANDSHAKE = 22;

    /** RFC 8446's application_data, and RFC 6520's heartbeat. */
    private static final int HIGHEST_TYPE = 24;

    /** All versions of TLS, and SSL 3. */
    private static final int MAJOR_VERSION = 3;

    /** RFC 5246, section 6.2.3: 2^14 and 2048; TLS 1.3 allows less. */
    private static final int MAX_FRAGMENT = 16384 + 2048;

    private final SocketChannel channel;
    private LinkMemory memory;
    private boolean onHeap;
    private @Nullable LinkBuffer in;
    private @Nullable LinkBuffer out;
    private long receivedBytes;
    private long sentBytes;

    Records(final SocketChannel channel, final LinkMemory memory) {
        this.channel = channel;
        this.memory = memory;
    }

    /** The engine works in arrays; called before anything is wrapped. */
    void useHeap() {
        onHeap = true;
        final LinkBuffer first = in;
        if (first != null && !first.bytes.hasArray()) {
            final LinkBuffer moved = memory.take(true);
            moved.bytes.clear();
            moved.bytes.put(0, first.bytes.clear(), first.start, first.length());
            moved.end = first.length();
            memory.giveBack(first);
            in = moved;
        }
    }

    long receivedBytes() {
        return receivedBytes;
    }

    long sentBytes() {
        return sentBytes;
    }

    // ---- receiving

    /** What was read and not taken; empty if there is nothing. */
    int available() {
        final LinkBuffer buffer = in;
        return buffer == null ? 0 : buffer.length();
    }

    /** A byte of that. */
    int peek(final int index) {
        final LinkBuffer buffer = in;
        if (buffer == null) {
            throw new IllegalStateException("there is nothing");
        }
        return buffer.bytes.clear().get(buffer.start + index) & 0xff;
    }

    /**
     * The length of the record that comes next, with its header.
     *
     * @return 0: it isn't whole.
     * @throws LinkException if it isn't one.
     */
    int wholeRecord() throws LinkException {
        final int available = available();
        if (available < HEADER) {
            return 0;
        }
        if (!looksLikeTls()) {
            throw new LinkException(
                    EventReason.TLS_FAILED, "what the peer sent is no TLS record", null);
        }
        final int fragment = peek(3) << 8 | peek(4);
        if (fragment > MAX_FRAGMENT) {
            throw new LinkException(
                    EventReason.TLS_FAILED,
                    "the peer sent a TLS record of %d bytes, and more than %d are not allowed"
                            .formatted(fragment, MAX_FRAGMENT),
                    null);
        }
        return available < HEADER + fragment ? 0 : HEADER + fragment;
    }

    boolean looksLikeTls() {
        final int type = peek(0);
        return type >= LOWEST_TYPE && type <= HIGHEST_TYPE && peek(1) == MAJOR_VERSION;
    }

    /** The record that {@link #wholeRecord} found. */
    ByteBuffer record(final int length) {
        final LinkBuffer buffer = in;
        if (buffer == null) {
            throw new IllegalStateException("there is no record");
        }
        return buffer.content(length);
    }

    /** So much of it was taken. */
    void taken(final int length) {
        final LinkBuffer buffer = in;
        if (buffer != null) {
            buffer.start += length;
            if (buffer.isEmpty()) {
                in = null;
                memory.giveBack(buffer);
            }
        }
    }

    /** Reads from the socket once; as a channel's read. */
    int fill() throws IOException {
        final LinkBuffer kept = in;
        final LinkBuffer buffer = kept == null ? memory.take(onHeap) : kept;
        // It is this side's own from here on, also if reading fails.
        in = buffer;
        buffer.compact();
        try {
            final int read = onHeap ? readToHeap(buffer) : channel.read(buffer.room());
            if (read > 0) {
                receivedBytes += read;
                buffer.end += read;
            }
            return read;
        } finally {
            if (buffer.isEmpty()) {
                in = null;
                memory.giveBack(buffer);
            }
        }
    }

    /** By way of direct memory of ours: the JDK would take some of its own for each thread. */
    private int readToHeap(final LinkBuffer buffer) throws IOException {
        final LinkBuffer scratch = memory.take(false);
        try {
            final int read =
                    channel.read(scratch.bytes.position(0).limit(LinkBuffer.BYTES - buffer.end));
            if (read > 0) {
                buffer.bytes.clear();
                buffer.bytes.put(buffer.end, scratch.bytes.clear(), 0, read);
            }
            return read;
        } finally {
            memory.giveBack(scratch);
        }
    }

    // ---- sending

    boolean hasUnsent() {
        final LinkBuffer buffer = out;
        return buffer != null && !buffer.isEmpty();
    }

    /** To wrap into, behind what waits; tell {@link #wrapped} how much it was. */
    ByteBuffer outgoing() {
        LinkBuffer buffer = out;
        if (buffer == null) {
            buffer = memory.take(onHeap);
            out = buffer;
        }
        return buffer.room();
    }

    int outgoingRoom() {
        final LinkBuffer buffer = out;
        return buffer == null ? LinkBuffer.BYTES : LinkBuffer.BYTES - buffer.end;
    }

    void wrapped(final int bytes) {
        final LinkBuffer buffer = out;
        if (buffer != null) {
            buffer.end += bytes;
        }
    }

    /** Offers the kernel what waits; returns whether nothing does any more. */
    boolean flush() throws IOException {
        final LinkBuffer buffer = out;
        if (buffer == null) {
            return true;
        }
        if (!buffer.isEmpty()) {
            final int written =
                    onHeap ? writeFromHeap(buffer) : channel.write(buffer.content(buffer.length()));
            sentBytes += written;
            buffer.start += written;
        }
        if (!buffer.isEmpty()) {
            return false;
        }
        out = null;
        memory.giveBack(buffer);
        return true;
    }

    private int writeFromHeap(final LinkBuffer buffer) throws IOException {
        final LinkBuffer scratch = memory.take(false);
        try {
            final int length = buffer.length();
            scratch.bytes.clear();
            scratch.bytes.put(0, buffer.bytes.clear(), buffer.start, length);
            return channel.write(scratch.bytes.limit(length));
        } finally {
            memory.giveBack(scratch);
        }
    }

    /** Writes something that isn't TLS, as far as the kernel takes it. */
    void writeRaw(final ByteBuffer bytes) throws IOException {
        sentBytes += channel.write(bytes);
    }

    // ---- its life

    void moveTo(final LinkMemory others) {
        memory = others;
    }

    void close() {
        final LinkBuffer incoming = in;
        if (incoming != null) {
            in = null;
            memory.giveBack(incoming);
        }
        final LinkBuffer outgoing = out;
        if (outgoing != null) {
            out = null;
            memory.giveBack(outgoing);
        }
    }
}
