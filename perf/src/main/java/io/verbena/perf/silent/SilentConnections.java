// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.silent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections that say nothing, or begin to say something and don't go on. */
final class SilentConnections implements AutoCloseable {
    private final List<SocketChannel> channels = new ArrayList<>();

    private SilentConnections() {}

    /**
     * Connects.
     *
     * @param port of the loopback interface.
     * @param count how many.
     * @param begin what each says.
     * @return the connections.
     * @throws IOException if one is refused.
     */
    static SilentConnections open(final int port, final int count, final byte[] begin)
            throws IOException {
        final SilentConnections opened = new SilentConnections();
        try {
            for (int i = 0; i < count; i++) {
                final SocketChannel channel =
                        SocketChannel.open(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                opened.channels.add(channel);
                channel.write(ByteBuffer.wrap(begin));
                channel.configureBlocking(false);
            }
            return opened;
        } catch (final IOException e) {
            opened.close();
            throw e;
        }
    }

    /** How many the server has not closed. */
    int stillOpen() throws IOException {
        int open = 0;
        final ByteBuffer bytes = ByteBuffer.allocate(1024);
        for (final SocketChannel channel : channels) {
            if (isOpen(channel, bytes.clear())) {
                open++;
            }
        }
        return open;
    }

    private static boolean isOpen(final SocketChannel channel, final ByteBuffer bytes) {
        try {
            return channel.read(bytes) >= 0;
        } catch (final IOException e) {
            return false; // reset
        }
    }

    @Override
    public void close() throws IOException {
        for (final SocketChannel channel : channels) {
            channel.close();
        }
    }
}
