// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.spi.HostPort;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A URI as socket addresses.
 *
 * @param uri the whole URI.
 * @param unix whether it names a Unix-domain socket.
 * @param host of TCP, the name or address, an IPv6 one without its brackets; else the socket's
 *     path.
 * @param port of TCP, the port; else 0.
 */
record SocketUri(URI uri, boolean unix, String host, int port) {
    static SocketUri parse(final URI uri) {
        final String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (scheme.equals(NioTransportProvider.UNIX)) {
            final String path = uri.getPath();
            if (uri.getRawAuthority() != null || path == null || path.length() < 2) {
                throw new IllegalArgumentException(
                        "a Unix-domain socket is named like unix:///run/app.sock, not " + uri);
            }
            try {
                return new SocketUri(uri, true, Path.of(path).toString(), 0);
            } catch (final InvalidPathException e) {
                throw new IllegalArgumentException(
                        "a Unix-domain socket can't have the path of %s: %s"
                                .formatted(uri, e.getReason()),
                        e);
            }
        }
        final HostPort tcp = HostPort.parse(uri);
        return new SocketUri(uri, false, tcp.host(), tcp.port());
    }

    /** The host and port that TCP has. */
    HostPort hostPort() {
        return new HostPort(uri, host, port);
    }

    /** The address of a Unix-domain socket. */
    UnixDomainSocketAddress unixAddress() {
        return UnixDomainSocketAddress.of(Path.of(host));
    }

    /** All addresses, in the order in which the resolver gives them. Blocks where it is a name. */
    List<? extends SocketAddress> resolve() throws UnknownHostException {
        return unix ? List.of(unixAddress()) : hostPort().resolve();
    }

    /** The URI with the port that a listener really has. */
    URI withPort(final int realPort) {
        return hostPort().withPort(realPort);
    }
}
