// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.spi.RemoteHost;
import io.verbena.tcp.link.BlockingCall;
import io.verbena.tcp.link.DedicatedLink;
import io.verbena.tcp.link.Link;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection's socket, the link over it, and who waits for it: a selector, which has a key of it,
 * or a thread that blocks in its read, or nobody, between two pollers.
 */
final class WatchedSocket {
    private final Selectable owner;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;

    /** From the connection's opening on; after the end, it is closed. */
    private @Nullable Link link;

    /** The same, as long as the socket blocks. */
    private @Nullable DedicatedLink dedicated;

    /** No socket yet; the owner hears of all that the selector tells. */
    WatchedSocket(final Selectable owner) {
        this.owner = owner;
    }

    @Nullable Link link() {
        return link;
    }

    /** From now on this is how bytes are sent and received. */
    void link(final Link made) {
        link = made;
    }

    // ---- a selector

    /** This socket, of which the selector is to tell these things. */
    void watch(final SocketChannel socket, final NioPoller poller, final int interest)
            throws IOException {
        channel = socket;
        key = poller.watch(socket, interest, owner);
    }

    /**
     * The same again, behind {@link #unwatch} or {@link #stopBlocking}; nothing if it is closed.
     */
    void watchAgain(final NioPoller poller, final int interest) throws IOException {
        final SocketChannel socket = channel;
        if (socket != null) {
            poller.forgetCancelled(socket);
            watch(socket, poller, interest);
        }
    }

    void unwatch() {
        final SelectionKey old = key;
        if (old != null) {
            old.cancel();
            key = null;
        }
    }

    boolean isWatched() {
        return key != null;
    }

    void interest(final boolean read, final boolean write) {
        final SelectionKey current = key;
        if (current != null && current.isValid()) {
            final int interest =
                    (read ? SelectionKey.OP_READ : 0) | (write ? SelectionKey.OP_WRITE : 0);
            if (current.interestOps() != interest) {
                current.interestOps(interest);
            }
        }
    }

    // ---- a thread that blocks

    /** From now on the link's reads and writes block. There is a link, and the selector's key. */
    void block(final NioPoller poller, final BlockingCall call) throws IOException {
        final SocketChannel socket = channel;
        final Link carrier = link;
        if (socket == null || carrier == null) {
            throw new IllegalStateException("an open connection has a socket and a link");
        }
        unwatch();
        poller.forgetCancelled(socket);
        socket.configureBlocking(true);
        final DedicatedLink blocking = new DedicatedLink(carrier, socket, call);
        dedicated = blocking;
        link = blocking;
    }

    /** Returns false if it didn't block. */
    boolean stopBlocking() throws IOException {
        final DedicatedLink present = dedicated;
        final SocketChannel socket = channel;
        if (present == null || socket == null) {
            return false;
        }
        dedicated = null;
        link = present.inner();
        socket.configureBlocking(false);
        return true;
    }

    boolean isBlocking() {
        return dedicated != null;
    }

    /** A read was cut short, and nothing is received any more. */
    boolean isDeaf() {
        final DedicatedLink present = dedicated;
        return present != null && present.isDeaf();
    }

    // ---- the other end

    /** The host at the other end; what is given, if it can't be told. */
    String remoteHost(final String otherwise) {
        final SocketChannel socket = channel;
        try {
            return socket != null && socket.getRemoteAddress() instanceof InetSocketAddress inet
                    ? RemoteHost.of(inet.getAddress())
                    : otherwise;
        } catch (final IOException e) {
            // Closed: gone before it was counted.
            return otherwise;
        }
    }

    // ---- the end

    /** Is somebody else's from now on, who closes it; null if it is gone already. */
    @Nullable SocketChannel handOver() {
        final SocketChannel socket = channel;
        channel = null;
        key = null;
        return socket;
    }

    /** Closes the socket alone: another may follow. */
    void closeChannel() {
        NioPoller.closeQuietly(handOver());
    }

    /** Idempotent. */
    void close() {
        final Link carrier = link;
        if (carrier != null) {
            carrier.close();
        }
        closeChannel();
    }
}
