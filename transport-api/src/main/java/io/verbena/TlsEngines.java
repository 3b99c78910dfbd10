// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Makes TLS engines, and sets them up as {@link TlsOptions} say. */
final class TlsEngines {
    private TlsEngines() {}

    /** An engine of the JDK's; the peer's address is what a client resumes sessions by. */
    static SSLEngine jdkEngine(
            final SSLContext context, final TlsRole role, final String host, final int port) {
        return role == TlsRole.SERVER || host.isEmpty()
                ? context.createSSLEngine()
                : context.createSSLEngine(host, port);
    }

    /** See {@link TlsOptions#newClientEngine}. */
    static SSLEngine client(
            final TlsOptions options,
            final TlsEngineFactory factory,
            final String host,
            final int port)
            throws IOException {
        final String given = options.serverName();
        final String name = given == null ? host : given;
        if (name.isEmpty() && options.hostNameVerification()) {
            throw new IOException(
                    "there is no server's name to verify: name it by TlsOptions.withServerName, or do withoutHostNameVerification");
        }
        final SSLEngine engine = make(factory, TlsRole.CLIENT, name, port);
        engine.setUseClientMode(true);
        return setUp(
                engine,
                options,
                parameters -> {
                    parameters.setEndpointIdentificationAlgorithm(
                            options.hostNameVerification() ? "HTTPS" : "");
                    final SNIHostName asked = sni(name);
                    if (asked != null) {
                        parameters.setServerNames(List.of(asked));
                    }
                });
    }

    /** See {@link TlsOptions#newServerEngine}. */
    static SSLEngine server(final TlsOptions options, final TlsEngineFactory factory)
            throws IOException {
        final SSLEngine engine = make(factory, TlsRole.SERVER, "", -1);
        engine.setUseClientMode(false);
        return setUp(
                engine,
                options,
                parameters -> {
                    switch (options.clientAuthentication()) {
                        case NONE -> parameters.setNeedClientAuth(false);
                        case WANTED -> parameters.setWantClientAuth(true);
                        case REQUIRED -> parameters.setNeedClientAuth(true);
                    }
                });
    }

    private static SSLEngine make(
            final TlsEngineFactory factory, final TlsRole role, final String host, final int port)
            throws IOException {
        try {
            return factory.newEngine(role, host, port);
        } catch (final Exception e) {
            throw new IOException("no TLS engine can be made: " + e.getMessage(), e);
        }
    }

    private static SSLEngine setUp(
            final SSLEngine engine, final TlsOptions options, final Consumer<SSLParameters> more)
            throws IOException {
        try {
            final SSLParameters parameters = engine.getSSLParameters();
            final List<String> protocols = new ArrayList<>();
            for (final TlsVersion version : TlsVersion.values()) {
                if (version.compareTo(options.minimumVersion()) >= 0) {
                    protocols.add(version.protocol());
                }
            }
            parameters.setProtocols(protocols.toArray(new String[0]));
            final List<String> suites = options.cipherSuites();
            if (!suites.isEmpty()) {
                parameters.setCipherSuites(suites.toArray(new String[0]));
                parameters.setUseCipherSuitesOrder(true);
            }
            more.accept(parameters);
            engine.setSSLParameters(parameters);
            return engine;
        } catch (final RuntimeException e) {
            throw new IOException(
                    "the TLS engine doesn't take these options: " + e.getMessage(), e);
        }
    }

    /** RFC 6066, section 3: names only, and no addresses. */
    private static @Nullable SNIHostName sni(final String name) {
        if (name.indexOf(':') >= 0 || name.matches("[0-9.]+")) {
            return null;
        }
        try {
            return new SNIHostName(name);
        } catch (final IllegalArgumentException e) {
            // Such as with an underscore: it can't be asked for, and is verified all the same.
            return null;
        }
    }
}
