// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Keys and certificates in PEM files. */
public final class PemFiles {
    private PemFiles() {}

    /**
     * A private key and the chain of its certificate.
     *
     * @param chain the certificate, and behind it those that lead from it to the trusted one.
     * @param key the private key in PKCS#8; may be the same file.
     * @param password the key's; null if it isn't encrypted. Not copied.
     * @return the source.
     */
    public static KeySource key(
            final Path chain, final Path key, final char @Nullable [] password) {
        return new KeySource() {
            @Override
            public KeyManager[] load() throws MaterialException {
                final List<X509Certificate> certificates = certificates(chain);
                return KeyStores.keyManagers(
                        privateKey(key, password, certificates.get(0)),
                        certificates.toArray(new Certificate[0]));
            }

            @Override
            public List<Path> files() {
                return List.of(chain, key);
            }
        };
    }

    /**
     * Certificates to trust.
     *
     * @param bundle one or more, in any order.
     * @return the source.
     */
    public static TrustSource trust(final Path bundle) {
        return new TrustSource() {
            @Override
            public TrustManager[] load() throws MaterialException {
                return KeyStores.trustManagers(certificates(bundle));
            }

            @Override
            public List<Path> files() {
                return List.of(bundle);
            }
        };
    }

    private static PrivateKey privateKey(
            final Path file, final char @Nullable [] password, final X509Certificate owner)
            throws MaterialException {
        final List<Pem.Block> keys =
                Pem.read(file).stream().filter(PrivateKeys::isPrivateKey).toList();
        if (keys.size() != 1) {
            throw new MaterialException(
                    "%s has %d private keys, and must have one".formatted(file, keys.size()));
        }
        return PrivateKeys.decode(keys.get(0), password, owner.getPublicKey(), file.toString());
    }

    private static List<X509Certificate> certificates(final Path file) throws MaterialException {
        return certificates(Pem.read(file), file.toString());
    }

    static List<X509Certificate> certificates(final List<Pem.Block> blocks, final String source)
            throws MaterialException {
        final List<X509Certificate> certificates = new ArrayList<>();
        try {
            final CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (final Pem.Block block : blocks) {
                if (block.label().equals("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate)
                                    factory.generateCertificate(
                                            new ByteArrayInputStream(block.der())));
                }
            }
        } catch (final CertificateException e) {
            throw new MaterialException(
                    "certificate %d of %s can't be read: %s"
                            .formatted(certificates.size() + 1, source, e.getMessage()),
                    e);
        }
        if (certificates.isEmpty()) {
            throw new MaterialException("%s has no certificate in PEM".formatted(source));
        }
        return certificates;
    }
}
