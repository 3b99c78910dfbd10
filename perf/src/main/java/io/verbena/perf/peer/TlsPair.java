// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import io.verbena.TlsOptions;
import io.verbena.TlsRole;
import io.verbena.perf.tls.CertificateFolder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * What both ends of every peer encrypt with, so that it is peers that are compared: TLS 1.3, one
 * engine, one cipher suite, one certificate.
 */
public final class TlsPair {

    /** What the names of peers that use TLS end with. */
    static final String SUFFIX = "-tls";

    private static final String PROTOCOL = "TLSv1.3";

    /**
     * The suite that BoringSSL's server takes of those that its client offers, on a machine with
     * AES instructions; it has no setting for those of TLS 1.3.
     */
    private static final String CIPHER_SUITE = "TLS_AES_128_GCM_SHA256";

    private final SslContext server;
    private final SslContext client;

    private TlsPair(final SslContext server, final SslContext client) {
        this.server = server;
        this.client = client;
    }

    /**
     * Prepares both ends.
     *
     * @param engine whose engines.
     * @param certificates the server's certificate, and the authority that the client trusts.
     * @return the pair.
     * @throws SSLException if the engine can't do that.
     */
    public static TlsPair of(final TlsEngine engine, final CertificateFolder certificates)
            throws SSLException {
        return new TlsPair(
                same(
                        SslContextBuilder.forServer(
                                certificates.server().toFile(), certificates.serverKey().toFile()),
                        engine),
                same(
                        SslContextBuilder.forClient()
                                .trustManager(certificates.ca().toFile())
                                // Sessions go to a loopback address, and who answers isn't
                                // measured.
                                .endpointIdentificationAlgorithm(null),
                        engine));
    }

    private static SslContext same(final SslContextBuilder builder, final TlsEngine engine)
            throws SSLException {
        return builder.sslProvider(engine.provider())
                .protocols(PROTOCOL)
                .ciphers(List.of(CIPHER_SUITE))
                .build();
    }

    /** A new server's engine. */
    SSLEngine serverEngine() {
        return server.newEngine(ByteBufAllocator.DEFAULT);
    }

    /** A new client's engine. */
    SSLEngine clientEngine() {
        return client.newEngine(ByteBufAllocator.DEFAULT);
    }

    /**
     * What a client says first.
     *
     * @return a record, whole.
     * @throws SSLException if the engine can't.
     */
    public byte[] clientHello() throws SSLException {
        final SSLEngine engine = clientEngine();
        try {
            final ByteBuffer record =
                    ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), record);
            return Arrays.copyOf(record.array(), record.position());
        } finally {
            ReferenceCountUtil.release(engine);
        }
    }

    /** For Verbena, at both ends. */
    TlsOptions options() {
        return TlsOptions.of(
                (role, host, port) ->
                        role == TlsRole.SERVER
                                ? serverEngine()
                                : client.newEngine(ByteBufAllocator.DEFAULT, host, port));
    }

    /** For a Netty server's pipelines. */
    SslContext server() {
        return server;
    }

    /** For a Netty client's pipelines. */
    SslContext client() {
        return client;
    }

    /** Refuses a session that encrypts with anything but what all others do. */
    static void check(final SSLEngine engine) throws SSLException {
        final String protocol = engine.getSession().getProtocol();
        final String suite = engine.getSession().getCipherSuite();
        if (!protocol.equals(PROTOCOL) || !suite.equals(CIPHER_SUITE)) {
            throw new SSLException(
                    "the ends agreed on %s with %s, not on %s with %s"
                            .formatted(protocol, suite, PROTOCOL, CIPHER_SUITE));
        }
    }
}
