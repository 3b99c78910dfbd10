// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.TlsOptions;
import io.verbena.testkit.Pair;
import io.verbena.testkit.SocketWire;
import io.verbena.testkit.TestCertificates;
import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The contract, over TLS 1.3 with the JDK's engine and keys of elliptic curves. Other versions,
 * keys and pairs of engines: {@code TlsCombinationsTest}.
 */
class TlsContractTest extends TransportContract {
    /** Handshakes have their tasks done by other threads, and nothing is to be seen meanwhile. */
    private static final long QUIET_NS = 10_000_000;

    /** The scene's clock runs ahead of the threads that do a handshake's tasks. */
    static final long AGES_NS = TimeUnit.HOURS.toNanos(10);

    private static final TlsOptions SERVER =
            TestCertificates.ec().serverOptions().withHandshakeTimeoutNs(AGES_NS);
    private static final TlsOptions CLIENT =
            TestCertificates.ec().clientOptions().withHandshakeTimeoutNs(AGES_NS);

    TlsOptions serverTls() {
        return SERVER;
    }

    TlsOptions clientTls() {
        return CLIENT;
    }

    @Override
    public PortalOptions portalOptions() {
        return PortalOptions.defaults().withTls(serverTls());
    }

    @Override
    public ConnectOptions connectOptions() {
        return ConnectOptions.defaults().withTls(clientTls());
    }

    @Override
    public URI listenUri() {
        return URI.create("tls://127.0.0.1:0");
    }

    @Override
    public URI nobodyUri() {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("tls://127.0.0.1:" + taken.getLocalPort());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Wire wire(final URI portal) {
        try {
            final ServerSocketChannel listener =
                    ServerSocketChannel.open()
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            final int port = listener.socket().getLocalPort();
            return new SocketWire(
                    listener,
                    new InetSocketAddress(portal.getHost(), portal.getPort()),
                    URI.create("tls://127.0.0.1:" + port));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long quietNs() {
        return QUIET_NS;
    }

    /** What it doesn't answer is the handshake. */
    @Test
    @Override
    public void aServerThatDoesNotAnswerHelloIsGivenUp() {
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
