// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.verbena.TlsOptions;
import io.verbena.testkit.TestCertificates;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
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

    private static byte[] encrypted(final String algorithm) throws Exception {
        final SecretKey secret =
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(PASSWORD));
        final Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.ENCRYPT_MODE, secret);
        final AlgorithmParameters parameters = cipher.getParameters();
        return new EncryptedPrivateKeyInfo(
                        parameters, cipher.doFinal(SERVER.getKeyPair().getPrivate().getEncoded()))
                .getEncoded();
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
    @ValueSource(
            strings = {
                "PBEWithHmacSHA256AndAES_256",
                "PBEWithHmacSHA256AndAES_128",
                "PBEWithHmacSHA512AndAES_256",
                "PBEWithSHA1AndDESede"
            })
    void mayBeEncrypted(final String algorithm) throws Exception {
        Files.writeString(key, pem("ENCRYPTED PRIVATE KEY", encrypted(algorithm)));
        assertServes(TlsOptions.defaults().withCertificate(chain, key, PASSWORD));
    }

    @Test
    void thatAreEncryptedNeedTheirPassword() throws Exception {
        Files.writeString(
                key, pem("ENCRYPTED PRIVATE KEY", encrypted("PBEWithHmacSHA256AndAES_256")));
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
