// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes certificates for tests: an authority, and a server's and a client's that it has issued.
 *
 * <p>In a folder that has an authority already, it issues new ones by that: so a server's can be
 * replaced while clients go on trusting it.
 */
public final class CertificateMaker {
    /** For clocks that are behind. */
    private static final Duration SKEW = Duration.ofHours(1);

    private static final String NAME = "O=Verbena test certificates, CN=";

    /** Four numbers, or something with a colon, which no host name has. */
    private static final Pattern IP_ADDRESS =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** RFC 1123, 2.1, with the underscore that people use; and a wildcard for the first label. */
    private static final Pattern HOST_NAME =
            Pattern.compile("(\\*\\.)?\\w([-\\w]*\\w)?(\\.\\w([-\\w]*\\w)?)*");

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private final KeyType keyType;
    private final List<String> serverNames;
    private final Duration validity;

    /**
     * Decides what to make.
     *
     * @param keyType the kind of all keys.
     * @param serverNames host names and IP addresses that the server's certificate is valid for.
     * @param validity how long from now the certificates are valid.
     * @throws IllegalArgumentException if there are no names, or one that can't be any.
     */
    public CertificateMaker(
            final KeyType keyType, final List<String> serverNames, final Duration validity) {
        if (serverNames.isEmpty()) {
            throw new IllegalArgumentException("name the server's host or address");
        }
        for (final String name : serverNames) {
            if (!IP_ADDRESS.matcher(name).matches() && !HOST_NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "'%s' is neither a host name nor an IP address".formatted(name));
            }
        }
        this.keyType = keyType;
        this.serverNames = List.copyOf(serverNames);
        this.validity = validity;
    }

    /**
     * Makes the certificates.
     *
     * @param folder where to; it is made if it isn't there, and its leaf certificates are replaced.
     * @return whether the authority is new, rather than the one that was there.
     * @throws IOException if the files can't be read or written.
     * @throws GeneralSecurityException if this Java can't make such keys.
     * @throws IllegalArgumentException if there are certificates without their authority's key.
     */
    public boolean write(final CertificateFolder folder)
            throws IOException, GeneralSecurityException {
        final boolean isNew = !Files.exists(folder.caKey());
        if (isNew && (Files.exists(folder.ca()) || Files.exists(folder.server()))) {
            throw new IllegalArgumentException(
                    "%s has certificates, but not their authority's key ca.key: choose another folder, or remove them"
                            .formatted(folder.path()));
        }
        final X509Bundle authority = isNew ? newAuthority() : readAuthority(folder);
        final X509Bundle server = newServer(authority);
        final X509Bundle client = newClient(authority);
        Files.createDirectories(folder.path());
        if (isNew) {
            PemFiles.writePublic(folder.ca(), authority.getCertificatePEM());
            PemFiles.writePrivate(folder.caKey(), authority.getPrivateKeyPEM());
        }
        PemFiles.writePrivate(folder.serverKey(), server.getPrivateKeyPEM());
        PemFiles.writePublic(folder.server(), server.getCertificatePEM());
        PemFiles.writePrivate(folder.clientKey(), client.getPrivateKeyPEM());
        PemFiles.writePublic(folder.client(), client.getCertificatePEM());
        return isNew;
    }

    private CertificateBuilder newCertificate(final String name) {
        final Instant now = Instant.now();
        return new CertificateBuilder()
                .algorithm(keyType.algorithm())
                .subject(NAME + name)
                .notBefore(now.minus(SKEW))
                .notAfter(now.plus(validity));
    }

    private X509Bundle newAuthority() throws GeneralSecurityException {
        return build(
                () ->
                        newCertificate("authority")
                                .setIsCertificateAuthority(true)
                                .setKeyUsage(true, KeyUsage.keyCertSign, KeyUsage.cRLSign)
                                .buildSelfSigned());
    }

    private X509Bundle newServer(final X509Bundle authority) throws GeneralSecurityException {
        final CertificateBuilder server =
                newCertificate("server")
                        .setKeyUsage(true, KeyUsage.digitalSignature)
                        .addExtendedKeyUsageServerAuth();
        for (final String name : serverNames) {
            if (IP_ADDRESS.matcher(name).matches()) {
                server.addSanIpAddress(address(name));
            } else {
                server.addSanDnsName(name);
            }
        }
        return build(() -> server.buildIssuedBy(authority));
    }

    private X509Bundle newClient(final X509Bundle authority) throws GeneralSecurityException {
        return build(
                () ->
                        newCertificate("client")
                                .setKeyUsage(true, KeyUsage.digitalSignature)
                                .addExtendedKeyUsageClientAuth()
                                .buildIssuedBy(authority));
    }

    private static InetAddress address(final String text) {
        try {
            return InetAddress.getByName(text); // no name, so nobody is asked
        } catch (final IOException e) {
            throw new IllegalArgumentException("'%s' is no IP address".formatted(text), e);
        }
    }

    private static X509Bundle readAuthority(final CertificateFolder folder)
            throws IOException, GeneralSecurityException {
        final X509Certificate certificate;
        try (InputStream in = Files.newInputStream(folder.ca())) {
            certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        final Matcher pem =
                PEM.matcher(Files.readString(folder.caKey(), StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new IllegalArgumentException(
                    "%s is no key: remove the folder and start anew".formatted(folder.caKey()));
        }
        final PrivateKey key =
                KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(
                                        Base64.getMimeDecoder().decode(pem.group(1))));
        return X509Bundle.fromRootCertificateAuthority(
                certificate, new KeyPair(certificate.getPublicKey(), key));
    }

    @FunctionalInterface
    private interface Building {
        X509Bundle build() throws Exception;
    }

    /** The library declares every Exception. */
    private static X509Bundle build(final Building building) throws GeneralSecurityException {
        try {
            return building.build();
        } catch (final GeneralSecurityException | RuntimeException e) {
            throw e;
        } catch (final Exception e) {
            throw new GeneralSecurityException(e);
        }
    }
}
