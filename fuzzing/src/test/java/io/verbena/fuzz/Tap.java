// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A detour to a portal, on which all that one session says is written down. */
final class Tap implements AutoCloseable {
    private final Path path;
    private final Path portal;
    private final ServerSocketChannel listener;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private final ByteArrayOutputStream toServer = new ByteArrayOutputStream();
    private final ByteArrayOutputStream toClient = new ByteArrayOutputStream();
    private SocketChannel client;
    private SocketChannel server;

    /** A detour to a portal that listens on a Unix-domain socket. */
    Tap(final URI portal) {
        this.portal = Path.of(portal.getPath());
        path = this.portal.resolveSibling("tap");
        try {
            listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(path)).configureBlocking(false);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return URI.create("unix://" + path);
    }

    /** Passes on what there is. */
    void run() {
        try {
            if (client == null) {
                client = listener.accept();
                if (client == null) {
                    return;
                }
                client.configureBlocking(false);
                server = SocketChannel.open(UnixDomainSocketAddress.of(portal));
                server.configureBlocking(false);
            }
            pass(client, server, toServer);
            pass(server, client, toClient);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pass(
            final SocketChannel from, final SocketChannel to, final ByteArrayOutputStream record)
            throws IOException {
        final int read = from.isOpen() ? from.read(buffer.clear()) : 0;
        if (read > 0) {
            record.write(buffer.array(), 0, read);
            buffer.flip();
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
        } else if (read < 0 && to.isOpen()) {
            to.shutdownOutput();
        }
    }

    byte[] toServer() {
        return toServer.toByteArray();
    }

    byte[] toClient() {
        return toClient.toByteArray();
    }

    @Override
    public void close() {
        try {
            listener.close();
            if (client != null) {
                client.close();
                server.close();
            }
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
