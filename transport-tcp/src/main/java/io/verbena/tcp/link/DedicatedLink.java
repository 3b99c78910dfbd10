// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.EventReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A link whose socket blocks: its thread sleeps in {@link #read} until there is something. If that
 * is cut short, nothing is received any more, but what is sent still goes out.
 */
public final class DedicatedLink extends ForwardingLink {
    private final BlockingCall call;
    private boolean deaf;

    /**
     * Over another link.
     *
     * @param link whose reads and writes are to block.
     * @param channel its socket, in blocking mode.
     * @param call what they are.
     */
    public DedicatedLink(final Link link, final SocketChannel channel, final BlockingCall call) {
        super(link);
        this.call = call;
        call.use(channel);
    }

    /**
     * Was a read cut short, so that nothing is received any more?
     *
     * @return whether it was.
     */
    public boolean isDeaf() {
        return deaf;
    }

    /** No more than a small message: who converses has no second one on the way. */
    @Override
    public int headBytes() {
        return tailBytes();
    }

    @Override
    public int read(final ByteBuffer into) throws IOException {
        if (deaf || !call.beginRead()) {
            return 0;
        }
        int read = 0;
        try {
            read = inner().read(into);
        } catch (final ClosedByInterruptException e) {
            throw interrupted(e);
        } finally {
            deaf = call.end();
        }
        return deaf ? Math.max(0, read) : read;
    }

    @Override
    public long read(final ByteBuffer[] into) throws IOException {
        if (deaf || !call.beginRead()) {
            return 0;
        }
        long read = 0;
        try {
            read = inner().read(into);
        } catch (final ClosedByInterruptException e) {
            throw interrupted(e);
        } finally {
            deaf = call.end();
        }
        return deaf ? Math.max(0, read) : read;
    }

    private static LinkException interrupted(final ClosedByInterruptException e) {
        return new LinkException(
                EventReason.TRANSPORT_ERROR,
                "its thread was interrupted in a system call, which closes the socket",
                e);
    }

    @Override
    public int write(final ByteBuffer from) throws IOException {
        call.beginWrite();
        final int written;
        try {
            written = inner().write(from);
        } catch (final IOException e) {
            throw explained(e, call.end());
        }
        checkNotCut(call.end());
        return written;
    }

    @Override
    public long write(final ByteBuffer[] from, final int count) throws IOException {
        call.beginWrite();
        final long written;
        try {
            written = inner().write(from, count);
        } catch (final IOException e) {
            throw explained(e, call.end());
        }
        checkNotCut(call.end());
        return written;
    }

    @Override
    public boolean flush() throws IOException {
        if (!hasUnsent()) {
            return true;
        }
        call.beginWrite();
        final boolean flushed;
        try {
            flushed = inner().flush();
        } catch (final IOException e) {
            throw explained(e, call.end());
        }
        checkNotCut(call.end());
        return flushed;
    }

    /** A write that is cut short fails, or has written a part. */
    private static void checkNotCut(final boolean cut) throws LinkException {
        if (cut) {
            throw stalled(null);
        }
    }

    private static IOException explained(final IOException e, final boolean cut) {
        if (e instanceof ClosedByInterruptException interrupt) {
            return interrupted(interrupt);
        }
        return cut ? stalled(e) : e;
    }

    private static LinkException stalled(final @Nullable IOException cause) {
        return new LinkException(
                EventReason.TRANSPORT_ERROR, "the peer takes nothing any more", cause);
    }

    @Override
    public boolean hasUnread() {
        return !deaf && inner().hasUnread();
    }

    @Override
    public boolean isReadable() {
        return !deaf && inner().isReadable();
    }
}
