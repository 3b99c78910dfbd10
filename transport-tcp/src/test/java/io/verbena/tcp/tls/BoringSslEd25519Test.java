// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.verbena.EventReason;
import io.verbena.TlsOptions;
import io.verbena.testkit.Pair;
import io.verbena.testkit.Scene;
import io.verbena.testkit.TestCertificates;
import org.junit.jupiter.api.Test;

/**
 * Keys of Ed25519 with BoringSSL, which signs with them but, unless it is told to, and
 * netty-tcnative has no way to, doesn't offer to take such a signature: RFC 8446, 4.2.3.
 */
class BoringSslEd25519Test {
    private static final TestCertificates KEYS = TestCertificates.of(Algorithm.ed25519);

    private static final class With extends TlsContractTest {
        private final TlsOptions server;
        private final TlsOptions client;

        With(final TlsOptions server, final TlsOptions client) {
            this.server = server.withHandshakeTimeoutNs(AGES_NS);
            this.client = client.withServerName("localhost").withHandshakeTimeoutNs(AGES_NS);
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

    @Test
    void aServerServesClientsWhoseEngineTakesIt() throws Exception {
        try (Scene scene = new Scene(new With(BoringSsl.server(KEYS), KEYS.clientOptions()))) {
            final Pair pair = scene.pair().established();
            pair.roundTrip(64);
            pair.session().close();
            pair.untilClosed();
            pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        }
    }

    @Test
    void aClientHearsThatThereIsNothingThatBothEndsWouldUse() throws Exception {
        try (Scene scene = new Scene(new With(KEYS.serverOptions(), BoringSsl.client(KEYS)))) {
            final Pair pair = scene.pair().connecting();
            pair.until("CLOSED", pair.client::isClosed);
            pair.client.assertClosed(EventReason.TLS_FAILED);
            assertThat(pair.client.closed().detail())
                    .contains("nothing that both ends would use", "handshake_failure");
            pair.until("the refusal", () -> !pair.refused().isEmpty());
            assertThat(pair.refusals()).containsExactly(EventReason.TLS_FAILED);
            assertThat(pair.refused().get(0).detail())
                    .contains("No available authentication scheme");
        }
    }
}
