// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.PeerIdentity;
import io.verbena.tcp.link.Link;
import io.verbena.tcp.link.LinkMemory;
import java.nio.ByteBuffer;

/** A socket whose other end has said all that it ever will, of which some has arrived. */
final class SpokenLink implements Link {
    private final ByteBuffer speech;
    private final int pace;
    private boolean closed;

    /**
     * A socket.
     *
     * @param speech from its position what is to be read, up to its limit what has arrived.
     * @param pace bytes that it gives at once.
     */
    SpokenLink(final ByteBuffer speech, final int pace) {
        this.speech = speech;
        this.pace = pace;
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
        if (speech.position() == speech.capacity()) {
            return -1;
        }
        int left = Math.min(pace, speech.remaining());
        final int start = speech.position();
        for (final ByteBuffer each : into) {
            final int bytes = Math.min(left, each.remaining());
            each.put(speech.slice(speech.position(), bytes));
            speech.position(speech.position() + bytes);
            left -= bytes;
        }
        return (long) speech.position() - start;
    }

    @Override
    public int tailBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int write(final ByteBuffer from) {
        final int bytes = from.remaining();
        from.position(from.limit());
        return bytes;
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
        return speech.position();
    }

    @Override
    public long sentBytes() {
        return 0;
    }

    @Override
    public PeerIdentity peer() {
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
