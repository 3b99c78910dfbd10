// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.verbena.ClientAuthentication;
import io.verbena.EventReason;
import io.verbena.PeerIdentity;
import io.verbena.TlsOptions;
import io.verbena.TlsVersion;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Payload;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TestCertificates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is different with another engine, version of TLS or kind of key, both ends with a
 * certificate: handshakes, records of all lengths, the end. The whole contract, which takes much
 * longer, is kept with TLS 1.3 and elliptic curves: {@link TlsContractTest}, {@link
 * BoringSslContractTest}.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("combinations")
@ExtendWith(Leaks.class)
class TlsCombinationsTest {
    /** Around a frame's header, and around a record's length. */
    private static final int[] LENGTHS = {
        0, 1, 31, 33, 512, 4096, 16_383, 16_384, 16_385, 65_536, 1 << 20, 1
    };

    private static final int LONGEST = 1 << 20;

    private enum Engine {
        JDK,
        BORINGSSL
    }

    /** What is tried. */
    private record Combination(Engine engine, TlsVersion version, Algorithm algorithm) {
        private TlsOptions options(final boolean server) {
            final TestCertificates certificates = TestCertificates.of(algorithm);
            final TlsOptions made =
                    switch (engine) {
                        case JDK ->
                                server
                                        ? certificates.serverOptions()
                                        : certificates.clientOptions();
                        case BORINGSSL ->
                                server
                                        ? BoringSsl.server(certificates)
                                        : BoringSsl.client(certificates);
                    };
            final TlsOptions patient =
                    made.withHandshakeTimeoutNs(OverTls.AGES_NS)
                            .withClientAuthentication(ClientAuthentication.REQUIRED);
            return version == TlsVersion.TLS_1_3
                    ? patient
                    : patient.withMinimumVersion(version).withCipherSuites(suite());
        }

        /** One that only TLS 1.2 has, and so there is no other version to agree on. */
        private String suite() {
            return "TLS_ECDHE_%s_WITH_AES_128_GCM_SHA256"
                    .formatted(algorithm == Algorithm.rsa2048 ? "RSA" : "ECDSA");
        }

        @Override
        public String toString() {
            return "%s, %s, %s".formatted(engine, version.protocol(), algorithm);
        }
    }

    /**
     * Made once, before anything is measured: what BoringSSL's library, and Netty's allocator for
     * certificates, keep for ever is no leak.
     */
    private static final class OverCombination extends TlsContractTest {
        private static final Map<Combination, OverCombination> ALL = new HashMap<>();

        private final TlsOptions server;
        private final TlsOptions client;

        OverCombination(final Combination combination) {
            server = combination.options(true);
            client = combination.options(false);
        }

        @Override
        public TlsOptions serverTls() {
            return server;
        }

        @Override
        public TlsOptions clientTls() {
            return client;
        }
    }

    @Parameter Combination combination;

    private Scene scene;

    static List<Combination> combinations() {
        final List<Combination> all = new ArrayList<>();
        for (final Engine engine : Engine.values()) {
            for (final TlsVersion version : TlsVersion.values()) {
                for (final Algorithm algorithm :
                        List.of(Algorithm.rsa2048, Algorithm.ecp256, Algorithm.ed25519)) {
                    // A client with BoringSSL takes none: BoringSslEd25519Test.
                    if (engine == Engine.JDK || algorithm != Algorithm.ed25519) {
                        all.add(new Combination(engine, version, algorithm));
                    }
                }
            }
        }
        all.forEach(each -> OverCombination.ALL.computeIfAbsent(each, OverCombination::new));
        return all;
    }

    @BeforeEach
    void setTheScene() {
        scene = new Scene(OverCombination.ALL.get(combination));
    }

    @AfterEach
    void clearTheScene() throws Exception {
        scene.close();
    }

    @Test
    void bothEndsKnowWhoTheOtherIsAndWhatTheySpeak() {
        final Pair pair = scene.pair().established();
        final PeerIdentity client = pair.asked().get(0).peer();
        assertThat(client.names()).containsExactly("spiffe://tests/client");
        assertThat(client.protocol()).isEqualTo(combination.version().protocol());
        assertThat(pair.session().peer().names()).contains("localhost");
        assertThat(pair.session().peer().protocol()).isEqualTo(combination.version().protocol());
    }

    @Test
    void payloadsOfAllLengthsArriveAsTheyWereSentAndTheEndIsInOrder() {
        final Pair pair = scene.pair().pools(LENGTHS.length, LONGEST).established();
        pair.client.whenResponse(
                (session, msg) -> {
                    final long number = (Long) msg.userContext();
                    Payload.check(msg, LENGTHS[(int) number], number);
                });
        for (final int length : LENGTHS) {
            pair.send(length);
        }
        pair.untilResponses(LENGTHS.length);
        pair.session().close();
        pair.untilClosed();
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);
    }

    @Test
    void anEventQueueMayCloseInTheMiddleOfAHandshake() {
        final Pair pair = scene.pair().wired().listening();
        pair.connect();
        for (int rounds = 0; rounds < 50; rounds++) {
            scene.runOnce();
        }
        pair.wire.stall();
        scene.untilQuiet();
        // And the scene ends here, wherever the two are.
    }
}
