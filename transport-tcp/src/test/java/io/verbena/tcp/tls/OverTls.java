// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.TlsOptions;
import io.verbena.tcp.link.TlsTasksProbe;
import io.verbena.testkit.Pair;
import io.verbena.testkit.TestCertificates;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.contract.LivenessContract;
import io.verbena.testkit.contract.PolicyContract;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the contract is told where links are secured: by TLS 1.3, unless a test says otherwise. */
interface OverTls extends TransportUnderTest, LivenessContract, PolicyContract {
    /** The scene's clock runs ahead of the threads that do a handshake's tasks. */
    long AGES_NS = TimeUnit.HOURS.toNanos(10);

    /** How the JDK's engine does it, with keys of elliptic curves. */
    TlsOptions SERVER = TestCertificates.ec().serverOptions().withHandshakeTimeoutNs(AGES_NS);

    /** The same at the client. */
    TlsOptions CLIENT =
            TestCertificates.ec()
                    .clientOptions()
                    .withServerName("localhost")
                    .withHandshakeTimeoutNs(AGES_NS);

    /**
     * How portals are secured.
     *
     * @return options whose handshakes have ages.
     */
    default TlsOptions serverTls() {
        return SERVER;
    }

    /**
     * How clients are.
     *
     * @return options whose handshakes have ages.
     */
    default TlsOptions clientTls() {
        return CLIENT;
    }

    @Override
    default PortalOptions portalOptions() {
        return PortalOptions.defaults().withTls(serverTls());
    }

    @Override
    default ConnectOptions connectOptions() {
        return ConnectOptions.defaults().withTls(clientTls());
    }

    /** It costs the portal no handshake, and so there is no way to tell why. */
    @Override
    default EventReason heardByAnUnwantedHost() {
        return EventReason.TLS_FAILED;
    }

    /** Handshakes have their tasks done by other threads. */
    @Override
    default boolean isBusy() {
        return TlsTasksProbe.areBusy();
    }

    /** What it doesn't answer is the handshake. */
    @Test
    @Override
    default void aServerThatDoesNotAnswerHelloIsGivenUp() {
        final Pair pair =
                scene().pair()
                        .wired()
                        .connect(
                                options ->
                                        options.withTls(
                                                clientTls().withHandshakeTimeoutNs(300_000_000)))
                        .listening();
        pair.wire.stall();
        pair.connect();
        pair.send(1);
        scene().pass(290_000_000, 10_000_000);
        assertThat(pair.client.isClosed()).isFalse();
        scene().pass(20_000_000, 10_000_000);
        pair.until("CLOSED", pair.client::isClosed);
        assertThat(pair.client.closed().reason()).isEqualTo(EventReason.TLS_FAILED);
        assertThat(pair.client.closed().detail()).contains("300 ms");
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);
        pair.wire.release();
    }
}
