// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.verbena.TlsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * A certificate authority that nobody else trusts, and what it has issued: made when a test first
 * asks for it, valid from yesterday until tomorrow.
 */
public final class TestCertificates {
    private static final Map<Algorithm, TestCertificates> MADE = new EnumMap<>(Algorithm.class);
    private static final Duration DAY = Duration.ofDays(1);

    private final Algorithm algorithm;
    private final X509Bundle authority;
    private final X509Bundle server;
    private final X509Bundle client;

    private TestCertificates(final Algorithm algorithm) {
        this.algorithm = algorithm;
        authority = newAuthority(algorithm, "CN=Verbena test CA");
        server = issue(serverTemplate(), authority);
        client =
                issue(
                        template()
                                .subject("CN=client,O=Verbena tests")
                                .addSanUriName(java.net.URI.create("spiffe://tests/client")),
                        authority);
    }

    /**
     * Certificates whose keys are elliptic curves'.
     *
     * @return the same ones at each call.
     */
    public static TestCertificates ec() {
        return of(Algorithm.ecp256);
    }

    /**
     * Certificates with keys of an algorithm.
     *
     * @param algorithm which.
     * @return the same ones at each call.
     */
    public static synchronized TestCertificates of(final Algorithm algorithm) {
        return MADE.computeIfAbsent(algorithm, TestCertificates::new);
    }

    /**
     * Another authority.
     *
     * @param algorithm of its key.
     * @param subject its name.
     * @return its certificate and key.
     */
    public static X509Bundle newAuthority(final Algorithm algorithm, final String subject) {
        try {
            return valid(new CertificateBuilder())
                    .algorithm(algorithm)
                    .subject(subject)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (final Exception e) {
            throw new AssertionError(e);
        }
    }

    private static CertificateBuilder valid(final CertificateBuilder builder) {
        final Instant now = Instant.now();
        return builder.notBefore(now.minus(DAY)).notAfter(now.plus(DAY));
    }

    /**
     * The beginning of a certificate.
     *
     * @return one that is valid, and has no name.
     */
    public CertificateBuilder template() {
        return valid(new CertificateBuilder()).algorithm(algorithm);
    }

    /**
     * The beginning of a server's certificate.
     *
     * @return one that is valid, for this machine's names of itself.
     */
    public CertificateBuilder serverTemplate() {
        return template()
                .subject("CN=server,O=Verbena tests")
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1")
                .addSanIpAddress("::1");
    }

    /**
     * Issues a certificate.
     *
     * @param template what is to be in it.
     * @param issuer who does.
     * @return the certificate and its key.
     */
    public static X509Bundle issue(final CertificateBuilder template, final X509Bundle issuer) {
        try {
            return template.buildIssuedBy(issuer);
        } catch (final Exception e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The authority.
     *
     * @return its certificate and key.
     */
    public X509Bundle authority() {
        return authority;
    }

    /**
     * A server on this machine.
     *
     * @return its certificate and key.
     */
    public X509Bundle server() {
        return server;
    }

    /**
     * A client.
     *
     * @return its certificate and key.
     */
    public X509Bundle client() {
        return client;
    }

    /**
     * What a server of these certificates listens with.
     *
     * @return options that trust the authority.
     */
    public TlsOptions serverOptions() {
        return options(server);
    }

    /**
     * What a client of such a server connects with.
     *
     * @return options that trust the authority, with a certificate of its own.
     */
    public TlsOptions clientOptions() {
        return options(client);
    }

    /**
     * Options with a certificate.
     *
     * @param own the certificate, with its key.
     * @return options that trust the authority.
     */
    public TlsOptions options(final X509Bundle own) {
        try {
            return TlsOptions.defaults()
                    .withCertificate(
                            own.toTempCertChainPem().toPath(), own.toTempPrivateKeyPem().toPath())
                    .withTrust(authority.toTempRootCertPem().toPath());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a certificate and its key where a program would read them.
     *
     * @param own which.
     * @param chain the certificate's file, and
     * @param key the key's: both are made, or replaced.
     */
    public static void write(final X509Bundle own, final Path chain, final Path key) {
        try {
            Files.writeString(chain, own.getCertificatePathPEM());
            Files.writeString(key, own.getPrivateKeyPEM());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
