// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.PeerIdentity;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A socket that gives and takes so many bytes at a time, of what the test says that came. */
public final class PacedLink implements Link {
    private int pace;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private ByteBuffer incoming = ByteBuffer.allocate(0);
    private boolean ended;
    private boolean closed;

    public PacedLink(final int pace) {
        this.pace = pace;
    }

    /** From now on so many bytes at a time. */
    public void pace(final int bytes) {
        pace = bytes;
    }

    /** This has come, once what came before was read. */
    public void feed(final byte[] bytes) {
        incoming = ByteBuffer.wrap(bytes);
    }

    /** The peer has ended its half. */
    public void end() {
        ended = true;
    }

    public byte[] takeWritten() {
        final byte[] bytes = written.toByteArray();
        written.reset();
        return bytes;
    }

    public boolean isClosed() {
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
        return write(from, pace);
    }

    private int write(final ByteBuffer from, final int most) {
        final byte[] bytes = new byte[Math.min(most, from.remaining())];
        from.get(bytes);
        written.writeBytes(bytes);
        return bytes.length;
    }

    @Override
    public long write(final ByteBuffer[] from, final int count) {
        int left = pace;
        for (int i = 0; i < count; i++) {
            left -= write(from[i], left);
        }
        return (long) pace - left;
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
