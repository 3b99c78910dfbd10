// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.crypto.spec.PBEParameterSpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Keys and certificates in key stores: PKCS#12, JKS, whatever the JVM reads. */
public final class KeyStores {
    private static final char[] NO_PASSWORD = {};
    private static final int SALT_BYTES = 16;

    private KeyStores() {}

    /**
     * All keys of a key store's file.
     *
     * @param file the key store.
     * @param password the store's, and its keys'. Not copied.
     * @return the source.
     */
    public static KeySource key(final Path file, final char[] password) {
        return new KeySource() {
            @Override
            public KeyManager[] load() throws MaterialException {
                return keyManagers(open(file, password), password, file.toString());
            }

            @Override
            public List<Path> files() {
                return List.of(file);
            }
        };
    }

    /**
     * All certificates of a key store's file.
     *
     * @param file the key store.
     * @param password the store's. Not copied.
     * @return the source.
     */
    public static TrustSource trust(final Path file, final char[] password) {
        return new TrustSource() {
            @Override
            public TrustManager[] load() throws MaterialException {
                return trustManagers(open(file, password), file.toString());
            }

            @Override
            public List<Path> files() {
                return List.of(file);
            }
        };
    }

    private static KeyStore open(final Path file, final char[] password) throws MaterialException {
        if (!java.nio.file.Files.isReadable(file)) {
            throw new MaterialException(
                    "the key store %s can't be read: is it there?".formatted(file));
        }
        try {
            return KeyStore.getInstance(file.toFile(), password);
        } catch (final IOException | GeneralSecurityException | RuntimeException e) {
            throw new MaterialException(
                    "the key store %s can't be opened: %s".formatted(file, e.getMessage()), e);
        }
    }

    static KeyManager[] keyManagers(final PrivateKey key, final Certificate[] chain)
            throws MaterialException {
        try {
            final KeyStore store = empty();
            store.setEntry("own", new KeyStore.PrivateKeyEntry(key, chain), protectedByNothing());
            return keyManagers(store, NO_PASSWORD, "the PEM files");
        } catch (final IOException | GeneralSecurityException e) {
            throw new MaterialException("the key and its chain can't be used: " + e, e);
        }
    }

    static TrustManager[] trustManagers(final List<X509Certificate> certificates)
            throws MaterialException {
        try {
            final KeyStore store = empty();
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("trusted-" + i, certificates.get(i));
            }
            return trustManagers(store, "the PEM bundle");
        } catch (final IOException | GeneralSecurityException e) {
            throw new MaterialException("the trusted certificates can't be used: " + e, e);
        }
    }

    /**
     * The store is in memory only, and is opened with no password at once: to derive a key of that
     * in ten thousand rounds, as is usual, would take far longer than to read the files.
     */
    private static KeyStore.ProtectionParameter protectedByNothing() {
        return new KeyStore.PasswordProtection(
                NO_PASSWORD,
                "PBEWithHmacSHA256AndAES_256",
                new PBEParameterSpec(new byte[SALT_BYTES], 1));
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        final KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static KeyManager[] keyManagers(
            final KeyStore store, final char[] password, final String source)
            throws MaterialException {
        try {
            boolean some = false;
            for (final String alias : java.util.Collections.list(store.aliases())) {
                some |= store.isKeyEntry(alias);
            }
            if (!some) {
                throw new MaterialException(source + " has no private key");
            }
            final KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (final GeneralSecurityException e) {
            throw new MaterialException(
                    "the keys of %s can't be used: %s".formatted(source, e.getMessage()), e);
        }
    }

    /** Of no store: what the JVM trusts. */
    static TrustManager[] trustManagers(final @Nullable KeyStore store, final String source)
            throws MaterialException {
        try {
            if (store != null && store.size() == 0) {
                throw new MaterialException(source + " has no certificate");
            }
            final TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (final GeneralSecurityException e) {
            throw new MaterialException(
                    "the certificates of %s can't be used: %s".formatted(source, e.getMessage()),
                    e);
        }
    }
}
