// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.verbena.TlsOptions;
import io.verbena.testkit.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The files of keys and certificates")
class KeyFilesTest {
    private static final char[] PASSWORD = "open, sesame".toCharArray();
    private static final char[] ANOTHER = "open, barley".toCharArray();
    private static final TestCertificates CERTIFICATES = TestCertificates.ec();
    private static final X509Bundle SERVER = CERTIFICATES.server();

    @TempDir Path directory;

    private Path chain;
    private Path key;
    private Path trust;
    private TlsOptions client;

    @BeforeEach
    void write() throws IOException {
        chain = directory.resolve("chain.pem");
        key = directory.resolve("key.pem");
        trust = directory.resolve("trust.pem");
        TestCertificates.write(SERVER, chain, key);
        Files.writeString(trust, CERTIFICATES.authority().getRootCertificatePEM());
        client = TlsOptions.defaults().withTrust(trust);
    }

    private void assertServes(final TlsOptions server) throws IOException {
        final EnginePair pair = EnginePair.of(client, server);
        assertThat(pair.client.getSession().getPeerCertificates()[0])
                .isEqualTo(SERVER.getCertificate());
        assertThat(pair.server.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }

    private static String pem(final String label, final byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        label,
                        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der),
                        label);
    }

    /** A hash and a length of key. */
    private enum Pbes2 {
        SHA256_AES256("PBKDF2WithHmacSHA256", 0x09, 32, 0x2a),
        SHA256_AES128("PBKDF2WithHmacSHA256", 0x09, 16, 0x02),
        SHA512_AES256("PBKDF2WithHmacSHA512", 0x0b, 32, 0x2a);

        private static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8};
        private static final byte[] IV = new byte[16];
        private static final int ITERATIONS = 2048;

        private final String derivation;
        private final int hmac;
        private final int keyBytes;
        private final int aes;

        Pbes2(final String derivation, final int hmac, final int keyBytes, final int aes) {
            this.derivation = derivation;
            this.hmac = hmac;
            this.keyBytes = keyBytes;
            this.aes = aes;
        }

        /** RFC 8018, appendix A.4, written from there and not by the JDK. */
        private byte[] encrypt(final byte[] plain) throws Exception {
            final byte[] secret =
                    SecretKeyFactory.getInstance(derivation)
                            .generateSecret(
                                    new PBEKeySpec(PASSWORD, SALT, ITERATIONS, 8 * keyBytes))
                            .getEncoded();
            final Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.ENCRYPT_MODE, new SecretKeySpec(secret, "AES"), new IvParameterSpec(IV));
            final byte[] pbkdf2 =
                    sequence(
                            hex("06092a864886f70d01050c"),
                            sequence(
                                    der(4, SALT),
                                    der(2, (byte) (ITERATIONS >> 8), (byte) ITERATIONS),
                                    sequence(
                                            hex("06082a864886f70d02%02x".formatted(hmac)),
                                            hex("0500"))));
            final byte[] scheme =
                    sequence(hex("060960864801650304%04x".formatted(0x100 | aes)), der(4, IV));
            return sequence(
                    sequence(hex("06092a864886f70d01050d"), sequence(pbkdf2, scheme)),
                    der(4, cipher.doFinal(plain)));
        }

        private static byte[] hex(final String digits) {
            return HexFormat.of().parseHex(digits);
        }

        private static byte[] sequence(final byte[]... parts) {
            final ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (final byte[] part : parts) {
                all.writeBytes(part);
            }
            return der(0x30, all.toByteArray());
        }

        private static byte[] der(final int tag, final byte... content) {
            final ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(tag);
            if (content.length >= 0x100) {
                all.write(0x82);
                all.write(content.length >> 8);
            } else if (content.length >= 0x80) {
                all.write(0x81);
            }
            all.write(content.length);
            all.writeBytes(content);
            return all.toByteArray();
        }
    }

    private static String encrypted(final Pbes2 scheme) throws Exception {
        return pem(
                "ENCRYPTED PRIVATE KEY",
                scheme.encrypt(SERVER.getKeyPair().getPrivate().getEncoded()));
    }

    // ---- PEM

    @Test
    void areAChainAndAKeyInPem() throws Exception {
        assertServes(TlsOptions.defaults().withCertificate(chain, key));
    }

    @Test
    void mayBeOneFile() throws Exception {
        Files.writeString(chain, Files.readString(chain) + Files.readString(key));
        assertServes(TlsOptions.defaults().withCertificate(chain, chain));
    }

    @ParameterizedTest
    @EnumSource(names = {"ecp256", "ecp384", "ed25519", "rsa2048"})
    void mayBeOfEachKindThatTls13Knows(final Algorithm algorithm) throws Exception {
        final TestCertificates others = TestCertificates.of(algorithm);
        final EnginePair pair = EnginePair.of(others.clientOptions(), others.serverOptions());
        assertThat(pair.client.getSession().getPeerCertificates()[0])
                .isEqualTo(others.server().getCertificate());
    }

    @ParameterizedTest
    @EnumSource
    void mayBeEncrypted(final Pbes2 scheme) throws Exception {
        Files.writeString(key, encrypted(scheme));
        assertServes(TlsOptions.defaults().withCertificate(chain, key, PASSWORD));
    }

    @Test
    void thatAreEncryptedNeedTheirPassword() throws Exception {
        Files.writeString(key, encrypted(Pbes2.SHA256_AES256));
        assertThatThrownBy(() -> TlsOptions.defaults().withCertificate(chain, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key.toString())
                .hasMessageContaining("password");
        assertThatThrownBy(() -> TlsOptions.defaults().withCertificate(chain, key, ANOTHER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key.toString())
                .hasMessageContaining("is the password right?");
    }

    @Test
    void thatDontBelongTogetherAreRefused() {
        assertThatThrownBy(
                        () ->
                                TlsOptions.defaults()
                                        .withCertificate(
                                                chain,
                                                CERTIFICATES
                                                        .client()
                                                        .toTempPrivateKeyPem()
                                                        .toPath()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("isn't the certificate's");
    }

    @Test
    void thatArentPkcs8AreRefusedWithTheWayToConvertThem() throws Exception {
        Files.writeString(key, pem("RSA PRIVATE KEY", new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> TlsOptions.defaults().withCertificate(chain, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openssl pkcs8 -topk8");
    }

    @Test
    void thatArentThereAreNamed() {
        final Path nowhere = directory.resolve("nowhere.pem");
        assertThatThrownBy(() -> TlsOptions.defaults().withTrust(nowhere))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.pem");
        assertThatThrownBy(() -> TlsOptions.defaults().withKeyStore(nowhere, PASSWORD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.pem");
    }

    // ---- key stores

    private Path store(final String type) throws Exception {
        final Path file = directory.resolve("store");
        final KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        store.setKeyEntry(
                "own", SERVER.getKeyPair().getPrivate(), PASSWORD, SERVER.getCertificatePath());
        store.setCertificateEntry("trusted", CERTIFICATES.authority().getCertificate());
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void mayBeAKeyStore(final String type) throws Exception {
        final Path store = store(type);
        assertServes(TlsOptions.defaults().withKeyStore(store, PASSWORD));
        final EnginePair pair =
                EnginePair.of(
                        TlsOptions.defaults().withTrustStore(store, PASSWORD),
                        TlsOptions.defaults().withCertificate(chain, key));
        final Certificate[] seen = pair.client.getSession().getPeerCertificates();
        assertThat(seen[0]).isEqualTo(SERVER.getCertificate());
    }

    @Test
    void thatAreAKeyStoreNeedItsPassword() throws Exception {
        final Path store = store("PKCS12");
        assertThatThrownBy(() -> TlsOptions.defaults().withKeyStore(store, ANOTHER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(store.toString())
                .hasMessageContaining("password");
    }
}
