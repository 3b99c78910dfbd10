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
 * @param jit whether the framing is OpenJ9's, and not the sessions'.
 * @param host of TCP, the name or address, an IPv6 one without its brackets; else the socket's
 *     path.
 * @param port of TCP, the port; else 0.
 */
record SocketUri(URI uri, boolean unix, boolean tls, boolean jit, String host, int port) {
    static SocketUri parse(final URI uri) {
        final String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case NioTransportProvider.UNIX -> parseUnix(uri, false);
            case NioTransportProvider.UNIX_TLS -> parseUnix(uri, true);
            case NioTransportProvider.TLS -> parseInternet(uri, true, false);
            case NioTransportProvider.JIT -> parseJit(uri, false);
            case NioTransportProvider.JIT_TLS -> parseJit(uri, true);
            default -> parseInternet(uri, false, false);
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
            return new SocketUri(uri, true, tls, false, Path.of(path).toString(), 0);
        } catch (final InvalidPathException e) {
            throw new IllegalArgumentException(
                    "a Unix-domain socket can't have the path of %s: %s"
                            .formatted(uri, e.getReason()),
                    e);
        }
    }

    private static SocketUri parseInternet(final URI uri, final boolean tls, final boolean jit) {
        final HostPort tcp = HostPort.parse(uri);
        return new SocketUri(uri, false, tls, jit, tcp.host(), tcp.port());
    }

    private static SocketUri parseJit(final URI uri, final boolean tls) {
        final String path = uri.getRawPath();
        if ((path != null && path.length() > 1) || uri.getRawQuery() != null) {
            throw new IllegalArgumentException(
                    "OpenJ9's framing has no place for a path or query: leave them out of " + uri);
        }
        return parseInternet(uri, tls, true);
    }

    /** What a connection is called that is made by it. */
    String transport() {
        if (unix) {
            return tls ? NioTransportProvider.UNIX_TLS : NioTransportProvider.UNIX;
        }
        if (jit) {
            return tls ? NioTransportProvider.JIT_TLS : NioTransportProvider.JIT;
        }
        return tls ? NioTransportProvider.TLS : NioTransportProvider.TCP;
    }

    /** OpenJ9 knows no shared secret. */
    void refuseSecret(final boolean given) {
        if (jit && given) {
            throw new IllegalArgumentException(
                    "OpenJ9's framing has no place for a shared secret: leave it out for %s, and let %s://host:port prove who is there"
                            .formatted(uri, NioTransportProvider.JIT_TLS));
        }
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
