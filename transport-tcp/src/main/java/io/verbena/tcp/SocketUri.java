// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

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
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

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
        final String host = uri.getHost();
        if (host == null || uri.getPort() < 0 || uri.getPort() > 0xffff) {
            throw new IllegalArgumentException(
                    "a TCP address needs a host and a port, like tcp://host:9400 or tcp://[::1]:9400, not "
                            + uri);
        }
        final String bare =
                host.startsWith("[") && host.endsWith("]")
                        ? host.substring(1, host.length() - 1)
                        : host;
        return new SocketUri(uri, false, bare, uri.getPort());
    }

    /** Is there nothing to ask a name server? */
    boolean isLiteral() {
        return unix || host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    /**
     * All addresses, in the order in which the resolver gives them. Blocks unless it is a literal.
     */
    List<SocketAddress> resolve() throws UnknownHostException {
        if (unix) {
            return List.of(UnixDomainSocketAddress.of(Path.of(host)));
        }
        final List<SocketAddress> addresses = new ArrayList<>();
        for (final InetAddress address : InetAddress.getAllByName(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return addresses;
    }

    /** The URI with the port that a listener really has. */
    URI withPort(final int realPort) {
        return URI.create(
                "%s://%s:%d"
                        .formatted(
                                uri.getScheme(),
                                host.indexOf(':') >= 0 ? "[" + host + "]" : host,
                                realPort));
    }
}
