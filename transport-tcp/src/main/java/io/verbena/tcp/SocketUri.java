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
 * @param tls whether TLS is to be spoken.
 * @param host of TCP, the name or address, an IPv6 one without its brackets; else the socket's
 *     path.
 * @param port of TCP, the port; else 0.
 */
record SocketUri(URI uri, boolean unix, boolean tls, String host, int port) {
    static SocketUri parse(final URI uri) {
        final String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case NioTransportProvider.UNIX -> parseUnix(uri, false);
            case NioTransportProvider.UNIX_TLS -> parseUnix(uri, true);
            case NioTransportProvider.TLS -> parseInternet(uri, true);
            default -> parseInternet(uri, false);
        };
    }

    private static SocketUri parseUnix(final URI uri, final boolean tls) {
        final String path = uri.getPath();
        if (uri.getRawAuthority() != null || path == null || path.length() < 2) {
            throw new IllegalArgumentException(
                    "a Unix-domain socket is named like %s:///run/app.sock, not %s"
                            .formatted(uri.getScheme(), uri));
        }
        try {
            return new SocketUri(uri, true, tls, Path.of(path).toString(), 0);
        } catch (final InvalidPathException e) {
            throw new IllegalArgumentException(
                    "a Unix-domain socket can't have the path of %s: %s"
                            .formatted(uri, e.getReason()),
                    e);
        }
    }

    private static SocketUri parseInternet(final URI uri, final boolean tls) {
        final HostPort tcp = HostPort.parse(uri);
        return new SocketUri(uri, false, tls, tcp.host(), tcp.port());
    }

    /** What a connection is called that is made by it. */
    String transport() {
        if (unix) {
            return tls ? NioTransportProvider.UNIX_TLS : NioTransportProvider.UNIX;
        }
        return tls ? NioTransportProvider.TLS : NioTransportProvider.TCP;
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
