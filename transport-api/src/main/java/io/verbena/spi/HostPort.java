// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URI that names a host and a port, as most transports' do.
 *
 * @param uri the whole URI.
 * @param host the name or address, an IPv6 one without its brackets.
 * @param port the port, 0 to 65535; 0 is one that the system chooses, to listen on.
 */
public record HostPort(URI uri, String host, int port) {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /**
     * With an underscore, as names in Docker's networks and Windows' have: RFC 3986 allows that in
     * a host, and {@link URI}, which follows RFC 2396, takes it for an authority of another kind.
     */
    private static final Pattern WITH_UNDERSCORE =
            Pattern.compile("(?=[^:]*_)([A-Za-z0-9_][A-Za-z0-9_.-]*):(\\d{1,5})");

    /**
     * Takes a URI apart.
     *
     * @param uri the URI, absolute.
     * @return its host and port.
     * @throws IllegalArgumentException if it lacks one of them.
     */
    public static HostPort parse(final URI uri) {
        final String host = uri.getHost();
        if (host == null) {
            return withUnderscore(uri);
        }
        final boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return checked(uri, bracketed ? host.substring(1, host.length() - 1) : host, uri.getPort());
    }

    private static HostPort withUnderscore(final URI uri) {
        final String authority = uri.getRawAuthority();
        final Matcher matcher = WITH_UNDERSCORE.matcher(authority == null ? "" : authority);
        return matcher.matches()
                ? checked(uri, matcher.group(1), Integer.parseInt(matcher.group(2)))
                : checked(uri, "", -1);
    }

    private static HostPort checked(final URI uri, final String host, final int port) {
        if (host.isEmpty() || port < 0 || port > 0xffff) {
            throw new IllegalArgumentException(
                    "an address needs a host and a port, like %1$s://host:9400 or %1$s://[::1]:9400, not %2$s"
                            .formatted(uri.getScheme(), uri));
        }
        return new HostPort(uri, host, port);
    }

    /**
     * Is there nothing to ask a name server?
     *
     * @return true if the host is an address.
     */
    public boolean isLiteral() {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    /**
     * Looks the host up. Unless it {@linkplain #isLiteral() is an address} that can block for many
     * seconds (getaddrinfo(3)): see {@link NameResolver}.
     *
     * @return all its addresses, in the order in which the resolver gives them; at least one.
     * @throws UnknownHostException if there is no such host.
     */
    public List<InetSocketAddress> resolve() throws UnknownHostException {
        final List<InetSocketAddress> addresses = new ArrayList<>();
        for (final InetAddress address : InetAddress.getAllByName(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return addresses;
    }

    /**
     * Where a listener really listens: scheme, host and port alone.
     *
     * @param realPort the port that it has.
     * @return the URI with that port.
     */
    public URI withPort(final int realPort) {
        return URI.create(
                "%s://%s:%d"
                        .formatted(
                                uri.getScheme(),
                                host.indexOf(':') >= 0 ? "[" + host + "]" : host,
                                realPort));
    }
}
