// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.SocketWire;
import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract, over Unix-domain sockets. A URI's path is the socket's, so only queries are free.
 */
public abstract class UnixContract extends TransportContract {
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir Path directory;

    /**
     * Which of them.
     *
     * @return the URIs' scheme.
     */
    protected abstract String scheme();

    private Path newPath() {
        return directory.resolve("s" + NAMES.incrementAndGet());
    }

    private URI uri(final Path path) {
        return URI.create(scheme() + "://" + path);
    }

    @Override
    public URI listenUri() {
        return uri(newPath());
    }

    @Override
    public URI nobodyUri() {
        return uri(directory.resolve("nobody"));
    }

    @Override
    public URI withPathAndQuery(final URI portal, final String pathAndQuery) {
        return URI.create(portal + seenByServer(portal, pathAndQuery));
    }

    @Override
    public String seenByServer(final URI portal, final String pathAndQuery) {
        final int query = pathAndQuery.indexOf('?');
        return query < 0 ? "" : pathAndQuery.substring(query);
    }

    @Override
    public Wire wire(final URI portal) {
        final Path path = newPath();
        try {
            final ServerSocketChannel listener =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                            .bind(UnixDomainSocketAddress.of(path));
            return new SocketWire(
                    listener, UnixDomainSocketAddress.of(portal.getPath()), uri(path));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
