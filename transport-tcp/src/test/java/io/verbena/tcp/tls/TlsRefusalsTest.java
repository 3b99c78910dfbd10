// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.verbena.ClientAuthentication;
import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PeerIdentity;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.TlsOptions;
import io.verbena.TlsVersion;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TestCertificates;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who isn't let in, and what is told of it. */
@ExtendWith(Leaks.class)
class TlsRefusalsTest {
    private static final TestCertificates CERTIFICATES = TestCertificates.ec();
    private static final TlsOptions SERVER = patient(CERTIFICATES.serverOptions());
    private static final TlsOptions CLIENT = patient(CERTIFICATES.clientOptions());

    private Scene scene;

    private static TlsOptions patient(final TlsOptions options) {
        return options.withHandshakeTimeoutNs(OverTls.AGES_NS);
    }

    @BeforeEach
    void setTheScene() {
        scene = new Scene(new TlsContractTest());
    }

    @AfterEach
    void clearTheScene() throws Exception {
        scene.close();
    }

    private Pair connecting(final TlsOptions server, final TlsOptions client) {
        return scene.pair()
                .portal(options -> options.withTls(server))
                .connect(options -> options.withTls(client))
                .connecting();
    }

    private static void assertRefused(
            final Pair pair, final EventReason reason, final String detail) {
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.closed().reason()).as("%s", pair.client.closed()).isEqualTo(reason);
        assertThat(pair.client.closed().detail()).containsIgnoringCase(detail);
        assertThat(pair.portal.sessions()).isZero();
    }

    private TlsOptions trusting(final X509Bundle authority) throws java.io.IOException {
        return patient(TlsOptions.defaults().withTrust(authority.toTempRootCertPem().toPath()));
    }

    @Test
    void aServerOfAnAuthorityThatIsNotTrusted() throws Exception {
        final var other = TestCertificates.newAuthority(Algorithm.ecp256, "CN=other CA");
        assertRefused(
                connecting(SERVER, trusting(other)),
                EventReason.AUTHENTICATION_FAILED,
                "nobody who is trusted");
    }

    @Test
    void aServerWhoseCertificateHasExpired() {
        final var expired =
                TestCertificates.issue(
                        CERTIFICATES
                                .serverTemplate()
                                .notBefore(Instant.now().minus(Duration.ofDays(3)))
                                .notAfter(Instant.now().minus(Duration.ofDays(2))),
                        CERTIFICATES.authority());
        assertRefused(
                connecting(patient(CERTIFICATES.options(expired)), CLIENT),
                EventReason.AUTHENTICATION_FAILED,
                "expired");
    }

    @Test
    void aServerOfAnotherNameUnlessNamesAreNotVerified() {
        final var elsewhere =
                TestCertificates.issue(
                        CERTIFICATES
                                .template()
                                .subject("CN=elsewhere")
                                .addSanDnsName("elsewhere.example"),
                        CERTIFICATES.authority());
        final TlsOptions server = patient(CERTIFICATES.options(elsewhere));
        assertRefused(connecting(server, CLIENT), EventReason.AUTHENTICATION_FAILED, "subject alt");
        connecting(server, CLIENT.withoutHostNameVerification()).establish();
        connecting(server, CLIENT.withServerName("elsewhere.example")).establish();
    }

    @Test
    void aClientWithoutACertificateWhereOneIsRequired() throws Exception {
        assertRefused(
                connecting(
                        SERVER.withClientAuthentication(ClientAuthentication.REQUIRED),
                        trusting(CERTIFICATES.authority())),
                EventReason.AUTHENTICATION_FAILED,
                "certificate");
    }

    @Test
    void aPeerOfOldVersionsOnly() {
        assertRefused(
                connecting(
                        SERVER,
                        CLIENT.withMinimumVersion(TlsVersion.TLS_1_2)
                                .withCipherSuites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")),
                EventReason.TLS_FAILED,
                "version");
    }

    @Test
    void aPortalSeesWhoItsClientIs() {
        final Pair pair =
                connecting(SERVER.withClientAuthentication(ClientAuthentication.REQUIRED), CLIENT);
        pair.establish();
        final PeerIdentity client = pair.asked().get(0).peer();
        assertThat(client.names()).containsExactly("spiffe://tests/client");
        assertThat(client.protocol()).isEqualTo("TLSv1.3");
        assertThat(pair.session().peer().names()).contains("localhost");
        pair.roundTrip(100);
    }

    @Test
    void aPlaintextClientIsToldThatThePortalSpeaksTls() {
        final Pair pair = connecting(SERVER, CLIENT);
        pair.establish();
        final RecordingClient plain = scene.client();
        final ClientSession unused =
                ClientSession.connect(
                        pair.clientQueue,
                        URI.create("tcp://127.0.0.1:" + pair.portal.uri().getPort()),
                        plain,
                        ConnectOptions.defaults());
        pair.until("CLOSED", plain::isClosed);
        plain.assertClosed(EventReason.TLS_FAILED);
        assertThat(plain.closed().detail()).contains("speaks TLS alone");
        pair.roundTrip(10);
    }

    @Test
    void aTlsClientIsToldThatThePortalDoesNotSpeakTls() {
        final Pair pair = connecting(SERVER, CLIENT);
        pair.establish();
        final ServerPortal plain =
                ServerPortal.listen(
                        pair.serverQueue,
                        URI.create("tcp://127.0.0.1:0"),
                        request -> {},
                        PortalOptions.defaults());
        final RecordingClient client = scene.client();
        final ClientSession unused =
                ClientSession.connect(
                        pair.clientQueue,
                        URI.create("tls://127.0.0.1:" + plain.uri().getPort()),
                        client,
                        ConnectOptions.defaults().withTls(CLIENT));
        pair.until("CLOSED", client::isClosed);
        client.assertClosed(EventReason.TLS_FAILED);
        pair.roundTrip(10);
    }

    @Test
    void optionsThatWouldSendInClearAreRefused() {
        final Pair pair = connecting(SERVER, CLIENT);
        pair.establish();
        assertThatThrownBy(
                        () ->
                                ClientSession.connect(
                                        pair.clientQueue,
                                        URI.create("tcp://127.0.0.1:1"),
                                        pair.client,
                                        ConnectOptions.defaults().withTls(CLIENT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tls://");
        assertThatThrownBy(
                        () ->
                                ServerPortal.listen(
                                        pair.serverQueue,
                                        URI.create("tls://127.0.0.1:0"),
                                        request -> {},
                                        PortalOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("withCertificate");
    }
}
