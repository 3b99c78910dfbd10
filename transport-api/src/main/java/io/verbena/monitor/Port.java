// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A listening socket. On the monitor's thread, once that runs. */
final class Port implements Closeable {
    /** What has a key of the monitor's selector. */
    interface Ready {
        void onReady(SelectionKey key);
    }

    private final ServerSocketChannel channel;
    private final SelectionKey key;

    private Port(final ServerSocketChannel channel, final SelectionKey key) {
        this.channel = channel;
        this.key = key;
    }

    /**
     * Listens.
     *
     * @throws IOException if it can't.
     */
    static Port listen(
            final Selector selector, final InetSocketAddress address, final Ready whenReady)
            throws IOException {
        final ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.bind(address);
            return new Port(channel, channel.register(selector, SelectionKey.OP_ACCEPT, whenReady));
        } catch (final IOException | RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /** Why it can't be listened there. */
    static VerbenaException refused(final InetSocketAddress address, final IOException cause) {
        return new VerbenaException(
                EventReason.BIND_FAILED,
                "the monitor can't listen on %s: %s; choose another address, or end what has it"
                        .formatted(address, cause.getMessage()),
                cause);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.socket().getLocalSocketAddress();
    }

    /**
     * Accepts one that waits.
     *
     * @return null: there is none, or no descriptor for it; then it isn't asked again before {@link
     *     #listenAgain()}.
     */
    @Nullable SocketChannel accept() {
        try {
            return channel.accept();
        } catch (final IOException e) {
            key.interestOps(0);
            return null;
        }
    }

    /** There may be a descriptor now. */
    void listenAgain() {
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    static void closeQuietly(final @Nullable Closeable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (final IOException e) {
                // close(2) has released the descriptor all the same.
            }
        }
    }
}
