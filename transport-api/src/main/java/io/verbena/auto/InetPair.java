// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two transports with host and port. The data connection leads to the very host that the control
 * connection has reached: a server offers a port, and never another machine.
 *
 * @param controlScheme the scheme of the transport that a session begins on.
 * @param dataScheme the scheme of the one that it is to be carried by.
 */
record InetPair(String controlScheme, String dataScheme) implements TransportPair {
    private static final int MAX_PORT = 65535;

    @Override
    public URI controlUri(final URI uri) {
        return withScheme(controlScheme, uri);
    }

    @Override
    public URI ownUri(final String scheme, final URI controlUri) {
        return withScheme(scheme, controlUri);
    }

    private static URI withScheme(final String scheme, final URI uri) {
        return URI.create(scheme + "://" + rest(uri));
    }

    private static String rest(final URI uri) {
        final String authority = uri.getRawAuthority();
        if (authority == null) {
            throw new IllegalArgumentException(
                    "a URI of this transport is %s://host:port, this is %s"
                            .formatted(uri.getScheme(), uri));
        }
        final String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return uri.getRawQuery() == null
                ? authority + path
                : authority + path + "?" + uri.getRawQuery();
    }

    /** The same port, as the two have port spaces of their own (rdma_cm(7)); else any. */
    @Override
    public List<URI> dataListenerUris(final URI controlUri) {
        final String host = dataScheme + "://" + controlUri.getHost() + ":";
        return List.of(URI.create(host + controlUri.getPort()), URI.create(host + 0));
    }

    @Override
    public String offered(final URI dataUri) {
        return Integer.toString(dataUri.getPort());
    }

    @Override
    public @Nullable URI dataUri(final URI uri, final String remoteAddress, final String offered) {
        final int port;
        try {
            port = Integer.parseInt(offered);
        } catch (final NumberFormatException e) {
            return null;
        }
        if (port < 1 || port > MAX_PORT) {
            return null;
        }
        final String reached = hostOf(remoteAddress);
        final String host = reached == null ? uri.getHost() : reached;
        return host == null ? null : URI.create("%s://%s:%d".formatted(dataScheme, host, port));
    }

    @Override
    public boolean mayBeSameHost(final String control, final String data) {
        final InetAddress first = addressOf(control);
        final InetAddress second = addressOf(data);
        // A machine that talks to itself may use any of its addresses.
        return first == null
                || second == null
                || first.equals(second)
                || first.isLoopbackAddress()
                || second.isLoopbackAddress();
    }

    private static @Nullable InetAddress addressOf(final String remoteAddress) {
        final String host = hostOf(remoteAddress);
        if (host == null || !(host.startsWith("[") || host.matches("[0-9.]+"))) {
            // Never look up a name.
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (final UnknownHostException e) {
            return null;
        }
    }

    /** The host of a transport's {@code host:port}, with brackets around an IPv6 address. */
    private static @Nullable String hostOf(final String remoteAddress) {
        try {
            return URI.create("x://" + remoteAddress).getHost();
        } catch (final IllegalArgumentException e) {
            return null;
        }
    }
}
