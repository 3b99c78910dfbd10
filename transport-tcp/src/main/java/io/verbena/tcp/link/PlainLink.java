// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.PeerIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A socket as it is. */
public final class PlainLink implements Link {
    /**
     * Some small frames, but of another large payload not so much that its copying would be felt.
     */
    private static final int TAIL_BYTES = 4096;

    private final SocketChannel channel;
    private long receivedBytes;
    private long sentBytes;

    /**
     * A link over a socket.
     *
     * @param channel connected, not blocking.
     */
    public PlainLink(final SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(final ByteBuffer into) throws IOException {
        final int read = channel.read(into);
        if (read > 0) {
            receivedBytes += read;
        }
        return read;
    }

    @Override
    public long read(final ByteBuffer[] into) throws IOException {
        final long read = channel.read(into, 0, 2);
        if (read > 0) {
            receivedBytes += read;
        }
        return read;
    }

    @Override
    public int tailBytes() {
        return TAIL_BYTES;
    }

    @Override
    public int write(final ByteBuffer from) throws IOException {
        final int written = channel.write(from);
        sentBytes += written;
        return written;
    }

    @Override
    public long write(final ByteBuffer[] from, final int count) throws IOException {
        final long written = channel.write(from, 0, count);
        sentBytes += written;
        return written;
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
        return receivedBytes;
    }

    @Override
    public long sentBytes() {
        return sentBytes;
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
    public void close() {}
}
