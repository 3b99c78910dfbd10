// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.HostPort;
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
        final HostPort control = HostPort.parse(controlUri);
        return List.of(dataUri(control.host(), control.port()), dataUri(control.host(), 0));
    }

    private URI dataUri(final String host, final int port) {
        return URI.create(
                "%s://%s:%d"
                        .formatted(
                                dataScheme,
                                host.indexOf(':') >= 0 ? "[" + host + "]" : host,
                                port));
    }

    @Override
    public String offered(final URI dataUri) {
        return Integer.toString(HostPort.parse(dataUri).port());
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
        final HostPort reached = parse(remoteAddress);
        return dataUri((reached == null ? HostPort.parse(uri) : reached).host(), port);
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
        final HostPort address = parse(remoteAddress);
        if (address == null || !address.isLiteral()) {
            // Never look up a name.
            return null;
        }
        try {
            return InetAddress.getByName(address.host());
        } catch (final UnknownHostException e) {
            return null;
        }
    }

    /** A transport's {@code host:port}, with brackets around an IPv6 address; null: it is none. */
    private static @Nullable HostPort parse(final String remoteAddress) {
        try {
            return HostPort.parse(URI.create("x://" + remoteAddress));
        } catch (final IllegalArgumentException e) {
            return null;
        }
    }
}
