// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.example;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.verbena.TlsOptions;
import java.io.File;
import javax.net.ssl.SSLException;

/**
 * TLS by BoringSSL instead of the JDK's engine. It takes {@code io.netty:netty-handler} and {@code
 * io.netty:netty-tcnative-boringssl-static} on the class path.
 */
final class BoringSslExample {
    private BoringSslExample() {}

    /** What a portal listens with; the files are as openssl or {@code verbena cert} makes them. */
    static TlsOptions server(final File chain, final File key) throws SSLException {
        final SslContext context =
                SslContextBuilder.forServer(chain, key).sslProvider(SslProvider.OPENSSL).build();
        return TlsOptions.of(
                (role, host, port) -> context.newEngine(PooledByteBufAllocator.DEFAULT));
    }

    /** What a client connects with. */
    static TlsOptions client(final File trusted) throws SSLException {
        final SslContext context =
                SslContextBuilder.forClient()
                        .trustManager(trusted)
                        .sslProvider(SslProvider.OPENSSL)
                        .build();
        // The name is what the server's certificate is verified for.
        return TlsOptions.of(
                (role, host, port) ->
                        context.newEngine(PooledByteBufAllocator.DEFAULT, host, port));
    }
}
