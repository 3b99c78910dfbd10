// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A URI as addresses.
 *
 * @param uri the whole URI.
 * @param host the name or address, an IPv6 one without its brackets.
 * @param port the port.
 */
record RdmaUri(URI uri, String host, int port) {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    static RdmaUri parse(final URI uri) {
        final String host = uri.getHost();
        if (host == null || uri.getPort() < 0 || uri.getPort() > 0xffff) {
            throw new IllegalArgumentException(
                    "an RDMA address needs a host and a port, like rdma://host:9400, not " + uri);
        }
        final boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new RdmaUri(
                uri, bracketed ? host.substring(1, host.length() - 1) : host, uri.getPort());
    }

    /** Is there nothing to ask a name server? */
    boolean isLiteral() {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    /** All addresses, in the resolver's order. Blocks unless it is a literal. */
    List<InetSocketAddress> resolve() throws UnknownHostException {
        final List<InetSocketAddress> addresses = new ArrayList<>();
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
