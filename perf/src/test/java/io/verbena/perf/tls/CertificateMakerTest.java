// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateMakerTest {
    private static final List<String> NAMES = List.of("server.test", "192.0.2.1", "::1");
    private static final int DNS_NAME = 2; // RFC 5280, 4.2.1.6: the tags of GeneralName
    private static final int IP_ADDRESS = 7;

    @TempDir private Path temporary;
    private CertificateFolder folder;

    @BeforeEach
    void nameAFolder() {
        folder = new CertificateFolder(temporary.resolve("made/here"));
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aServerAndAClientAreIssuedByTheAuthorityWithKeysOfTheKindAskedFor(final KeyType type)
            throws Exception {
        assertThat(maker(type, NAMES).write(folder)).isTrue();

        final X509Certificate ca = read(folder.ca());
        ca.verify(ca.getPublicKey());
        assertThat(ca.getBasicConstraints()).isNotNegative();
        for (final Path leaf : List.of(folder.server(), folder.client())) {
            read(leaf).verify(ca.getPublicKey());
            read(leaf).checkValidity();
            assertThat(read(leaf).getBasicConstraints()).as("an authority").isNegative();
        }
        assertThat(read(folder.server()).getPublicKey().getAlgorithm())
                .isEqualTo(type == KeyType.ED25519 ? "EdDSA" : type.name());
    }

    @Test
    void aServerIsWhoItIsNamedAndAClientIsNoServer() throws Exception {
        maker(KeyType.EC, NAMES).write(folder);

        final X509Certificate server = read(folder.server());
        assertThat(server.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(DNS_NAME, "server.test"),
                        List.of(IP_ADDRESS, "192.0.2.1"),
                        List.of(IP_ADDRESS, "0:0:0:0:0:0:0:1"));
        assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(read(folder.client()).getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.2");
    }

    @Test
    void keysAreTheirOwnersAndNothingElseIsLeft() throws Exception {
        maker(KeyType.EC, NAMES).write(folder);

        for (final Path key : List.of(folder.caKey(), folder.serverKey(), folder.clientKey())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .isEqualTo("rw-------");
        }
        try (var files = Files.list(folder.path())) {
            assertThat(files).hasSize(6);
        }
    }

    @Test
    void whereThereIsAnAuthorityItIssuesTheNewOnes() throws Exception {
        maker(KeyType.ED25519, NAMES).write(folder);
        final X509Certificate ca = read(folder.ca());
        final X509Certificate before = read(folder.server());

        assertThat(maker(KeyType.EC, List.of("other.test")).write(folder)).isFalse();

        assertThat(read(folder.ca())).isEqualTo(ca);
        assertThat(read(folder.server())).isNotEqualTo(before);
        read(folder.server()).verify(ca.getPublicKey());
    }

    @Test
    void certificatesOfAnotherAuthorityAreLeftAlone() throws Exception {
        maker(KeyType.EC, NAMES).write(folder);
        Files.delete(folder.caKey());

        assertThatThrownBy(() -> maker(KeyType.EC, NAMES).write(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ca.key");
    }

    @Test
    void theyEndWhenTheyAreToldTo() throws Exception {
        maker(KeyType.EC, NAMES).write(folder);

        final Date end = read(folder.server()).getNotAfter();
        assertThat(Duration.between(new Date().toInstant(), end.toInstant()))
                .isBetween(Duration.ofMinutes(23 * 60 + 50), Duration.ofHours(24));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "no/name", "-x", "a..b", "1:2:3:4:5:6:7:8:9", "999.1.1.1"})
    void whatIsNoNameIsRefused(final String name) {
        assertThatThrownBy(() -> maker(KeyType.EC, List.of(name)).write(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
        assertThat(folder.path()).doesNotExist();
    }

    private static CertificateMaker maker(final KeyType type, final List<String> names) {
        return new CertificateMaker(type, names, Duration.ofDays(1));
    }

    private static X509Certificate read(final Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
