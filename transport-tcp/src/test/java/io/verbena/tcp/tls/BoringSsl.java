// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import io.verbena.TlsEngineFactory;
import io.verbena.TlsOptions;
import io.verbena.TlsRole;
import io.verbena.testkit.TestCertificates;
import java.io.IOException;
import javax.net.ssl.SSLEngine;

/** Engines of netty-tcnative: BoringSSL, with the test's certificates. */
public final class BoringSsl {
    private BoringSsl() {}

    /**
     * A portal's options.
     *
     * @param certificates whose server's certificate it has, and whose authority it trusts.
     * @return the options.
     */
    public static TlsOptions server(final TestCertificates certificates) {
        return TlsOptions.of(factory(certificates, certificates.server()));
    }

    /**
     * A client's options.
     *
     * @param certificates whose client's certificate it has, and whose authority it trusts.
     * @return the options.
     */
    public static TlsOptions client(final TestCertificates certificates) {
        return TlsOptions.of(factory(certificates, certificates.client()));
    }

    private static TlsEngineFactory factory(
            final TestCertificates certificates, final X509Bundle own) {
        final SslContext client;
        final SslContext server;
        try {
            client =
                    SslContextBuilder.forClient()
                            .sslProvider(SslProvider.OPENSSL)
                            .keyManager(own.toKeyManagerFactory())
                            .trustManager(certificates.authority().toTrustManagerFactory())
                            .build();
            server =
                    SslContextBuilder.forServer(own.toKeyManagerFactory())
                            .sslProvider(SslProvider.OPENSSL)
                            .trustManager(certificates.authority().toTrustManagerFactory())
                            .build();
        } catch (final IOException | java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        return (role, host, port) ->
                newEngine(role == TlsRole.CLIENT ? client : server, host, port);
    }

    private static SSLEngine newEngine(
            final SslContext context, final String host, final int port) {
        return host.isEmpty()
                ? context.newEngine(UnpooledByteBufAllocator.DEFAULT)
                : context.newEngine(UnpooledByteBufAllocator.DEFAULT, host, port);
    }
}
