// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.TlsOptions;
import io.verbena.tcp.link.HandshakeLimit;
import io.verbena.tcp.link.TlsHandshake;
import org.jspecify.annotations.Nullable;

/** How the connections of an address are secured, and which options that takes. */
final class TlsSetups {
    private TlsSetups() {}

    /** Of a connection; null: not at all. */
    static TlsHandshake.@Nullable Setup client(
            final SocketUri address, final @Nullable TlsOptions given) {
        if (!address.tls()) {
            refuseInClear(address, given);
            return null;
        }
        final TlsOptions options = given == null ? TlsOptions.defaults() : given;
        final String host = address.unix() ? "" : address.host();
        if (host.isEmpty() && options.serverName() == null && options.hostNameVerification()) {
            throw new IllegalArgumentException(
                    "%s has no host whose certificate could be verified: name it by TlsOptions.withServerName, or do withoutHostNameVerification"
                            .formatted(address.uri()));
        }
        final int port = address.unix() ? -1 : address.port();
        return new TlsHandshake.Setup(
                () -> options.newClientEngine(host, port), options.handshakeTimeoutNs(), null);
    }

    /** Of those that a listener accepts; null: not at all. */
    static TlsHandshake.@Nullable Setup server(
            final SocketUri address, final @Nullable TlsOptions given) {
        if (!address.tls()) {
            refuseInClear(address, given);
            return null;
        }
        final TlsOptions options = given == null ? TlsOptions.defaults() : given;
        options.requireCertificate(address.uri());
        return new TlsHandshake.Setup(
                options::newServerEngine,
                options.handshakeTimeoutNs(),
                new HandshakeLimit(options.maxHandshakes()));
    }

    private static void refuseInClear(final SocketUri address, final @Nullable TlsOptions given) {
        if (given != null) {
            throw new IllegalArgumentException(
                    "there are TLS options, and %s would send in clear; use %s, or leave the options out"
                            .formatted(address.uri(), tlsAddress(address)));
        }
    }

    private static String tlsAddress(final SocketUri address) {
        if (address.unix()) {
            return NioTransportProvider.UNIX_TLS + ":///path";
        }
        return (address.jit() ? NioTransportProvider.JIT_TLS : NioTransportProvider.TLS)
                + "://host:port";
    }
}
