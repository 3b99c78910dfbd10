// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** The two kinds of socket that the transport knows. */
enum Net {
    TCP {
        @Override
        URI listenUri() {
            return URI.create("tcp://127.0.0.1:0");
        }

        @Override
        SocketAddress address(final URI uri) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort());
        }

        @Override
        ServerSocketChannel listener(final int backlog) throws IOException {
            return ServerSocketChannel.open()
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), backlog);
        }

        @Override
        URI uri(final ServerSocketChannel listener) throws IOException {
            return URI.create(
                    "tcp://127.0.0.1:"
                            + ((InetSocketAddress) listener.getLocalAddress()).getPort());
        }

        @Override
        SocketChannel socket() throws IOException {
            return SocketChannel.open();
        }
    },

    UNIX {
        @Override
        URI listenUri() {
            return URI.create("unix://" + freshPath());
        }

        @Override
        SocketAddress address(final URI uri) {
            return UnixDomainSocketAddress.of(uri.getPath());
        }

        @Override
        ServerSocketChannel listener(final int backlog) throws IOException {
            return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(freshPath()), backlog);
        }

        @Override
        URI uri(final ServerSocketChannel listener) throws IOException {
            return URI.create("unix://" + listener.getLocalAddress());
        }

        @Override
        SocketChannel socket() throws IOException {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        }
    };

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Path FOLDER = folder();

    /** Where a portal can listen: another place at each call. */
    abstract URI listenUri();

    /** A portal's URI as an address. */
    abstract SocketAddress address(URI uri);

    /** A listening socket of the test's own. */
    abstract ServerSocketChannel listener(int backlog) throws IOException;

    /** What to connect to. */
    abstract URI uri(ServerSocketChannel listener) throws IOException;

    abstract SocketChannel socket() throws IOException;

    /** A blocking socket, connected. */
    SocketChannel connect(final URI uri) throws IOException {
        final SocketChannel channel = socket();
        try {
            channel.connect(address(uri));
            return channel;
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
    }

    /** A path for a socket that nobody has used. */
    static Path freshPath() {
        final Path path = FOLDER.resolve("s" + NUMBERS.incrementAndGet());
        // In case that its listener leaves it; the folder goes last.
        path.toFile().deleteOnExit();
        return path;
    }

    private static Path folder() {
        try {
            // Short: a socket's path has 107 bytes at most.
            final Path made = Files.createTempDirectory("verbena");
            made.toFile().deleteOnExit();
            return made;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
