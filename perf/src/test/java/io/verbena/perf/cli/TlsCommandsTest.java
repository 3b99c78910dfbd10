// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientAuthentication;
import io.verbena.IdlePolicy;
import io.verbena.PortalOptions;
import io.verbena.SharedSecret;
import io.verbena.TlsOptions;
import io.verbena.perf.load.LoadServer;
import io.verbena.perf.load.ServePlan;
import io.verbena.perf.tls.CertificateFolder;
import io.verbena.perf.tls.CertificateMaker;
import io.verbena.perf.tls.KeyType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients and servers that say who they are: certificates of {@code verbena cert}, and a secret.
 */
@Timeout(60)
class TlsCommandsTest {
    private static final URI TLS = URI.create("tls://127.0.0.1:0");
    private static final URI TCP = URI.create("tcp://127.0.0.1:0");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder;
    private CertificateFolder certificates;

    @BeforeEach
    void makeCertificates() {
        certificates = new CertificateFolder(folder.resolve("certs"));
        assertThat(run("cert", certificates.path().toString())).as(err.toString()).isZero();
    }

    @Test
    void aClientTrustsAServerByTheFolderAlone() {
        try (LoadServer server = serve(TLS, PortalOptions.defaults().withTls(tls()))) {
            assertThat(ping(server, "--tls-dir", certificates.path().toString())).isZero();

            assertThat(out.toString()).contains("\"transport\":\"tls\"", "\"count\":100");
        }
    }

    @Test
    void aClientOfTheFolderShowsItsCertificateWhereThatIsRequired() {
        final TlsOptions mutual =
                tls().withTrust(certificates.ca())
                        .withClientAuthentication(ClientAuthentication.REQUIRED);
        try (LoadServer server = serve(TLS, PortalOptions.defaults().withTls(mutual))) {
            assertThat(ping(server, "--tls-dir", certificates.path().toString())).isZero();
            assertThat(ping(server, "--tls-ca", certificates.ca().toString())).isEqualTo(1);

            assertThatOneLineIsSaid();
        }
    }

    @Test
    void aServerThatIsNotTrustedIsOneLine() {
        try (LoadServer server = serve(TLS, PortalOptions.defaults().withTls(tls()))) {
            assertThat(ping(server)).isEqualTo(1);

            assertThatOneLineIsSaid();
        }
    }

    @Test
    void aNameThatTheCertificateIsNotForIsOneLineUnlessItIsNotToBeLookedAt() {
        final String ca = certificates.ca().toString();
        try (LoadServer server = serve(TLS, PortalOptions.defaults().withTls(tls()))) {
            assertThat(ping(server, "--tls-ca", ca, "--tls-name", "elsewhere.test")).isEqualTo(1);
            assertThatOneLineIsSaid();

            assertThat(
                            ping(
                                    server,
                                    "--tls-ca",
                                    ca,
                                    "--tls-name",
                                    "elsewhere.test",
                                    "--tls-no-hostname-check"))
                    .isZero();
            assertThat(ping(server, "--tls-ca", ca, "--tls-name", "localhost")).isZero();
        }
    }

    @Test
    void newCertificatesOfTheSameAuthorityAreTrustedAndAnotherAuthorityIsNot() throws Exception {
        final byte[] before = Files.readAllBytes(certificates.server());
        assertThat(run("cert", certificates.path().toString(), "--key", "rsa")).isZero();
        assertThat(Files.readAllBytes(certificates.server())).isNotEqualTo(before);
        final CertificateFolder others = new CertificateFolder(folder.resolve("others"));
        new CertificateMaker(KeyType.EC, List.of("127.0.0.1"), Duration.ofDays(1)).write(others);

        try (LoadServer server = serve(TLS, PortalOptions.defaults().withTls(tls()))) {
            assertThat(ping(server, "--tls-ca", certificates.ca().toString())).isZero();
            assertThat(ping(server, "--tls-ca", others.ca().toString())).isEqualTo(1);
        }
    }

    @Test
    void aSecretInAFileIsWhatBothEndsKnow() throws Exception {
        final Path right =
                Files.writeString(folder.resolve("right"), "a secret of 16 bytes or more");
        final Path wrong =
                Files.writeString(folder.resolve("wrong"), "a secret of no use whatsoever");
        try (SharedSecret secret = SharedSecret.fromFile(right);
                LoadServer server = serve(TCP, PortalOptions.defaults().withSecret(secret))) {
            assertThat(ping(server, "--secret-file", right.toString())).isZero();
            assertThat(ping(server, "--secret-file", wrong.toString())).isEqualTo(1);
            assertThatOneLineIsSaid();
            assertThat(ping(server)).isEqualTo(1);
        }
    }

    private TlsOptions tls() {
        return TlsOptions.defaults()
                .withCertificate(certificates.server(), certificates.serverKey());
    }

    private static LoadServer serve(final URI uri, final PortalOptions options) {
        return LoadServer.start(
                new ServePlan(
                        List.of(uri),
                        1,
                        IdlePolicy.ADAPTIVE,
                        64,
                        4096,
                        4096,
                        List.of(),
                        false,
                        options));
    }

    private int ping(final LoadServer server, final String... options) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final String[] ping = {
            "ping", server.uri().toString(), "--count", "100", "--warmup", "0", "--json"
        };
        final String[] args = Arrays.copyOf(ping, ping.length + options.length);
        System.arraycopy(options, 0, args, ping.length, options.length);
        return run(args);
    }

    private void assertThatOneLineIsSaid() {
        assertThat(err.toString().lines()).as(err.toString()).hasSize(1);
        assertThat(err.toString()).startsWith("verbena: ").doesNotContain("internal error");
    }

    private int run(final String... args) {
        return CommandLines.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
