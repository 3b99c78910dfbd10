// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.PeerIdentity;
import io.verbena.tcp.link.Link;
import io.verbena.tcp.link.LinkMemory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A socket that gives and takes so many bytes at a time, of what the test says that came. */
final class PacedLink implements Link {
    private final int pace;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private ByteBuffer incoming = ByteBuffer.allocate(0);
    private boolean ended;
    private boolean closed;

    PacedLink(final int pace) {
        this.pace = pace;
    }

    /** This has come, once what came before was read. */
    void feed(final byte[] bytes) {
        incoming = ByteBuffer.wrap(bytes);
    }

    /** The peer has ended its half. */
    void end() {
        ended = true;
    }

    byte[] takeWritten() {
        final byte[] bytes = written.toByteArray();
        written.reset();
        return bytes;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public int read(final ByteBuffer into) {
        return (int) read(new ByteBuffer[] {into});
    }

    @Override
    public long read(final ByteBuffer[] into) {
        if (!incoming.hasRemaining()) {
            return ended ? -1 : 0;
        }
        int left = pace;
        for (final ByteBuffer each : into) {
            final int bytes = Math.min(left, Math.min(incoming.remaining(), each.remaining()));
            each.put(incoming.slice(incoming.position(), bytes));
            incoming.position(incoming.position() + bytes);
            left -= bytes;
        }
        return (long) pace - left;
    }

    @Override
    public int tailBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int write(final ByteBuffer from) {
        final byte[] bytes = new byte[Math.min(pace, from.remaining())];
        from.get(bytes);
        written.writeBytes(bytes);
        return bytes.length;
    }

    @Override
    public long write(final ByteBuffer[] from) {
        throw new UnsupportedOperationException("one after the other");
    }

    @Override
    public boolean hasUnread() {
        return false;
    }

    @Override
    public boolean hasUnsent() {
        return false;
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public boolean finish() {
        return true;
    }

    @Override
    public long receivedBytes() {
        return 0;
    }

    @Override
    public long sentBytes() {
        return 0;
    }

    @Override
    public @Nullable PeerIdentity peer() {
        return null;
    }

    @Override
    public void part() {}

    @Override
    public void moveTo(final LinkMemory memory) {}

    @Override
    public void close() {
        closed = true;
    }
}
