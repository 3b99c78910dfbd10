// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Hostile ends of Unix-domain sockets, which carry bytes: what is attacked is the engine and all of
 * the transport. Of all sockets those leave nothing behind when they are closed, not even for a
 * minute, so there can be millions.
 */
class SocketLines implements Lines {
    private final String scheme;
    private final Path directory;
    private final Path portal;
    private final Path server;
    private final ServerSocketChannel listener;

    SocketLines() {
        this("unix");
    }

    SocketLines(final String scheme) {
        this.scheme = scheme;
        try {
            directory = Files.createTempDirectory("verbena-fuzz");
            portal = directory.resolve("p");
            server = directory.resolve("s");
            listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(server)).configureBlocking(false);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URI uri(final Path socket) {
        return URI.create(scheme + "://" + socket);
    }

    @Override
    public URI portalUri() {
        return uri(portal);
    }

    /** With more than a few connections the poller asks its selector every time. */
    @Override
    public int bystanders() {
        return 6;
    }

    @Override
    public int rounds() {
        return 8;
    }

    @Override
    public Line connect(final URI uri) {
        try {
            return new ByteLine(SocketChannel.open(UnixDomainSocketAddress.of(portal)));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI serverUri() {
        return uri(server);
    }

    @Override
    public Line accept() {
        try {
            final SocketChannel accepted = listener.accept();
            return accepted == null ? null : new ByteLine(accepted);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            Files.deleteIfExists(server);
            Files.deleteIfExists(portal);
            Files.deleteIfExists(directory);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
