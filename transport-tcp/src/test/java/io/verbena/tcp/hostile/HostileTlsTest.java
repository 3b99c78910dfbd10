// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.verbena.ClientAuthentication;
import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.SessionClosed;
import io.verbena.TlsOptions;
import io.verbena.TlsVersion;
import io.verbena.testkit.TestCertificates;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A healthy session goes on over TLS meanwhile, and afterwards nothing is left. */
@DisplayName("A client that speaks TLS badly")
@ExtendWith(NothingLeft.class)
class HostileTlsTest {
    private static final TlsOptions CLIENT =
            TestCertificates.ec().clientOptions().withMinimumVersion(TlsVersion.TLS_1_2);
    private static final TlsOptions SERVER =
            TestCertificates.ec().serverOptions().withMinimumVersion(TlsVersion.TLS_1_2);
    private static final URI ANY_PORT = URI.create("tls://127.0.0.1:0");
    private static final long SOON_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final int ALERT = 21;
    private static final int PROTOCOL_VERSION = 70;

    /** Of a record's header and a handshake message's. */
    private static final int CLIENT_VERSION = 5 + 4;

    private final List<AutoCloseable> things = new ArrayList<>();
    private LogCapture log;
    private Target target;
    private Clients clients;
    private Clients.Healthy healthy;

    @BeforeEach
    void start() {
        log = new LogCapture();
    }

    @AfterEach
    void end() throws Exception {
        Closing.all(
                () -> {
                    healthy.assertUnharmed();
                    assertThat(target.harm).as("harm to the healthy session").isEmpty();
                },
                Closing.group(things),
                clients,
                target,
                log);
    }

    private void serve(final TlsOptions options) {
        serve(PortalOptions.defaults().withTls(options));
    }

    /** The healthy session comes in by a portal that lets a busy machine finish its handshake. */
    private void serve(final PortalOptions options) {
        target = new Target(ANY_PORT, options, Target.MSG_COUNT, System::nanoTime);
        clients = new Clients();
        healthy =
                clients.healthy(
                        target.sideDoor(ANY_PORT, PortalOptions.defaults().withTls(SERVER)),
                        ConnectOptions.defaults().withTls(CLIENT));
    }

    private TlsPeer peer(final TlsOptions options) throws IOException {
        final TlsPeer peer = TlsPeer.connect(target.uri(), options);
        things.add(peer);
        return peer;
    }

    private TlsPeer peer() throws IOException {
        return peer(CLIENT);
    }

    /** One that has a session. */
    private TlsPeer member(final TlsPeer peer) throws IOException {
        peer.handshake().send(Frames.hello("/hostile"));
        assertThat(peer.receive(FrameHeader.LENGTH)[0])
                .as("the answer to HELLO")
                .isEqualTo((byte) FrameType.HELLO);
        return peer;
    }

    private void assertRefused(final EventReason reason, final String detail) {
        final Target.Refused refused = target.awaitRefused();
        assertThat(refused.reason()).as("%s", refused).isEqualTo(reason);
        assertThat(refused.detail()).contains(detail);
        assertThat(target.closed).as("sessions that it has had").isEmpty();
        assertThat(log.lines(reason.name())).as("lines in the log").hasSize(1);
    }

    private void assertEnded(final EventReason reason, final String detail) {
        final SessionClosed end = target.awaitClosed();
        assertThat(end.reason()).as("why it ended: %s", end).isEqualTo(reason);
        assertThat(end.detail()).contains(detail);
    }

    // ---- what is allowed, if unkind

    @Test
    void byRecordsOfOneByteIsUnderstood() throws IOException {
        serve(SERVER);
        final TlsPeer peer = member(peer().withRecordsOf(1));
        final byte[] request = Frames.request(7, 100, 100);
        peer.send(request);
        final byte[] answer = peer.receive(FrameHeader.LENGTH + 100);
        assertThat(Arrays.copyOfRange(answer, FrameHeader.LENGTH, answer.length))
                .isEqualTo(Arrays.copyOfRange(request, FrameHeader.LENGTH, request.length));
    }

    // ---- what isn't

    @Test
    void byGarbageBehindTheHandshakeLosesItsConnection() throws IOException {
        serve(SERVER);
        final TlsPeer peer = peer().handshake();
        peer.sendRaw(new byte[64]);
        assertRefused(EventReason.TLS_FAILED, "no TLS record");
    }

    @Test
    void byARecordThatIsForgedLosesItsSession() throws IOException {
        serve(SERVER);
        final TlsPeer peer = member(peer());
        final byte[] forged = new byte[5 + 100];
        System.arraycopy(new byte[] {23, 3, 3, 0, 100}, 0, forged, 0, 5);
        peer.sendRaw(forged);
        assertEnded(EventReason.TLS_FAILED, "TLS");
    }

    @Test
    void byARecordThatIsTooLongLosesItsSession() throws IOException {
        serve(SERVER);
        final TlsPeer peer = member(peer());
        peer.sendRaw((byte) 23, (byte) 3, (byte) 3, (byte) 0xff, (byte) 0xff);
        assertEnded(EventReason.TLS_FAILED, "65535");
    }

    @Test
    void thatEndsWithoutCloseNotifyEndsForThatReason() throws IOException {
        serve(SERVER);
        member(peer()).truncate();
        assertEnded(EventReason.TRANSPORT_ERROR, "close_notify");
    }

    @Test
    void thatRenegotiatesIsRefusedThat() throws IOException {
        serve(SERVER);
        final TlsPeer peer =
                peer(CLIENT.withCipherSuites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
        member(peer);
        assertThat(peer.engine().getSession().getProtocol()).isEqualTo("TLSv1.2");
        peer.renegotiate();
        assertEnded(EventReason.TLS_FAILED, "renegotiate");
    }

    @Test
    void thatKnowsOnlyOldVersionsIsToldSo() throws IOException {
        serve(SERVER);
        final byte[] hello =
                TlsPeer.clientHello(
                        CLIENT.withCipherSuites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
        // Without supported_versions this is the highest that the client speaks: TLS 1.1.
        assertThat(hello[CLIENT_VERSION + 1]).isEqualTo((byte) 3);
        hello[CLIENT_VERSION + 1] = 2;
        final int extension = indexOf(hello, new byte[] {0, 43, 0, 5, 4});
        final int extension12 = extension < 0 ? indexOf(hello, new byte[] {0, 43, 0, 3, 2}) : -1;
        if (extension >= 0 || extension12 >= 0) {
            // An extension that nobody knows in the place of supported_versions.
            hello[Math.max(extension, extension12)] = (byte) 0xfa;
        }
        final TlsPeer peer = peer();
        peer.sendRaw(hello);
        final byte[] answer = peer.receiveRawToTheEnd();
        assertThat(answer).hasSize(7);
        assertThat(answer[0]).as("an alert").isEqualTo((byte) ALERT);
        assertThat(answer[6]).as("which").isEqualTo((byte) PROTOCOL_VERSION);
        assertRefused(EventReason.TLS_FAILED, "TLS");
    }

    private static int indexOf(final byte[] bytes, final byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void thatIsDowngradedBelowTheMinimumIsRefused() throws IOException {
        serve(TestCertificates.ec().serverOptions());
        final TlsPeer peer =
                peer(CLIENT.withCipherSuites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
        peer.sendRaw(
                TlsPeer.clientHello(
                        CLIENT.withCipherSuites("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")));
        assertThat(peer.receiveRawToTheEnd()[6]).isEqualTo((byte) PROTOCOL_VERSION);
        assertRefused(EventReason.TLS_FAILED, "TLS");
    }

    @Test
    void whoseFirstWordsEndAnywhereIsRefused() throws IOException {
        serve(SERVER);
        final byte[] hello = TlsPeer.clientHello(CLIENT);
        for (int length = 0; length < hello.length; length++) {
            final TlsPeer peer = TlsPeer.connect(target.uri(), CLIENT);
            peer.sendRaw(Arrays.copyOf(hello, length));
            peer.close();
        }
        Wait.until("all of them", () -> target.refused.size() == hello.length);
        assertThat(target.refused).allMatch(each -> each.reason() == EventReason.TLS_FAILED);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void thatAlsoForgesPartsOfItsFirstWordsIsRefused(final long seed) throws IOException {
        serve(SERVER);
        final byte[] hello = TlsPeer.clientHello(CLIENT);
        final Random random = new Random(seed);
        final int forgeries = 100;
        for (int i = 0; i < forgeries; i++) {
            final byte[] forged = hello.clone();
            for (int j = 0; j < 3; j++) {
                forged[random.nextInt(forged.length)] = (byte) random.nextInt();
            }
            final TlsPeer peer = TlsPeer.connect(target.uri(), CLIENT);
            peer.sendRaw(forged);
            peer.close();
        }
        Wait.until("all of them", () -> target.refused.size() == forgeries);
        assertThat(target.refused)
                .allMatch(
                        each ->
                                each.reason() == EventReason.TLS_FAILED
                                        || each.reason() == EventReason.AUTHENTICATION_FAILED);
    }

    @Test
    void butPlaintextIsRefused() throws IOException {
        serve(SERVER);
        final TlsPeer peer = peer();
        peer.sendRaw(Frames.httpRequest());
        assertRefused(EventReason.TLS_FAILED, "doesn't speak TLS");
    }

    // ---- slow ones

    @Test
    void thatStopsInTheHandshakeIsGivenUp() throws IOException {
        serve(SERVER.withHandshakeTimeoutNs(SOON_NS));
        final byte[] hello = TlsPeer.clientHello(CLIENT);
        peer().sendRaw(Arrays.copyOf(hello, hello.length / 2));
        assertRefused(EventReason.TLS_FAILED, "300 ms");
    }

    @Test
    void thatStopsBehindItsFirstWordsIsGivenUp() throws IOException {
        serve(SERVER.withHandshakeTimeoutNs(SOON_NS));
        peer().sendRaw(TlsPeer.clientHello(CLIENT));
        assertRefused(EventReason.TLS_FAILED, "300 ms");
    }

    @Test
    void thatStopsInTheHandshakeDoesNotHoldUpTheEnd() throws IOException {
        serve(SERVER);
        peer().sendRaw(TlsPeer.clientHello(CLIENT));
        peer().sendRaw(Arrays.copyOf(TlsPeer.clientHello(CLIENT), 100));
        healthy.assertUnharmed();
        // And the server is closed with both under way.
    }

    @Test
    void whoSaysNothingAThousandTimesHoldsUpNobody() throws IOException {
        final int silent = 1000;
        serve(SERVER.withHandshakeTimeoutNs(4 * SOON_NS));
        for (int i = 0; i < silent; i++) {
            peer();
        }
        healthy.assertUnharmed();
        try (Clients others = new Clients()) {
            others.healthy(target.uri(), ConnectOptions.defaults().withTls(CLIENT))
                    .assertUnharmed();
        }
        Wait.until("the end of all", () -> target.refused.size() == silent);
        assertThat(target.refused).allMatch(each -> each.reason() == EventReason.TLS_FAILED);
    }

    @Test
    void moreThanMayHandshakeAtOnceWaitUntilOthersAreGivenUp() throws IOException {
        serve(SERVER.withMaxHandshakes(2).withHandshakeTimeoutNs(4 * SOON_NS));
        final byte[] half = Arrays.copyOf(TlsPeer.clientHello(CLIENT), 100);
        peer().sendRaw(half);
        peer().sendRaw(half);
        // Their time runs out well before its own does, which begins when it connects.
        final long laterNs = System.nanoTime() + 3 * SOON_NS;
        Wait.until("some of their time is over", () -> System.nanoTime() > laterNs);
        final TlsPeer third = member(peer());
        assertThat(target.refused).as("those before it").isNotEmpty();
        third.send(Frames.request(1, 10, 10));
        assertThat(third.receive(FrameHeader.LENGTH + 10)).isNotEmpty();
        Wait.until("the end of both", () -> target.refused.size() == 2);
    }

    // ---- one that isn't trusted any more

    @Test
    void whoseAuthorityIsNotTrustedAnyMoreGetsNoNewSession() throws IOException {
        final Path trust = Files.createTempFile("trusted", ".pem");
        things.add(() -> Files.delete(trust));
        Files.writeString(trust, TestCertificates.ec().authority().getRootCertificatePEM());
        serve(SERVER.withTrust(trust).withClientAuthentication(ClientAuthentication.REQUIRED));
        member(peer());
        Files.writeString(
                trust,
                TestCertificates.newAuthority(Algorithm.ecp256, "CN=another")
                        .getRootCertificatePEM());
        Wait.until(
                "the first that is refused",
                () -> {
                    try (TlsPeer late = TlsPeer.connect(target.uri(), CLIENT)) {
                        late.handshake().send(Frames.hello("/hostile"));
                        late.receive(FrameHeader.LENGTH);
                    } catch (final IOException e) {
                        // As is to be, before long.
                    }
                    return !target.refused.isEmpty();
                });
        assertThat(target.awaitRefused().reason()).isEqualTo(EventReason.AUTHENTICATION_FAILED);
    }
}
