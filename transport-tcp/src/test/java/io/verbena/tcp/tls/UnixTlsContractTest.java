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
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract, over TLS 1.3 on Unix-domain sockets. A URI's path is the socket's, so only queries
 * are free.
 */
class UnixTlsContractTest extends TransportContract {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final long QUIET_NS = 10_000_000;

    /** The scene's clock runs ahead of the threads that do a handshake's tasks. */
    private static final long AGES_NS = TimeUnit.HOURS.toNanos(10);

    private static final TlsOptions SERVER =
            TestCertificates.ec().serverOptions().withHandshakeTimeoutNs(AGES_NS);
    private static final TlsOptions CLIENT =
            TestCertificates.ec()
                    .clientOptions()
                    .withServerName("localhost")
                    .withHandshakeTimeoutNs(AGES_NS);

    @TempDir Path directory;

    private Path newPath() {
        return directory.resolve("s" + NAMES.incrementAndGet());
    }

    private static URI uri(final Path path) {
        return URI.create("unix+tls://" + path);
    }

    @Override
    public PortalOptions portalOptions() {
        return PortalOptions.defaults().withTls(SERVER);
    }

    @Override
    public ConnectOptions connectOptions() {
        return ConnectOptions.defaults().withTls(CLIENT);
    }

    @Override
    public URI listenUri() {
        return uri(newPath());
    }

    @Override
    public URI nobodyUri() {
        return uri(directory.resolve("nobody"));
    }

    @Override
    public URI withPathAndQuery(final URI portal, final String pathAndQuery) {
        return URI.create(portal + seenByServer(portal, pathAndQuery));
    }

    @Override
    public String seenByServer(final URI portal, final String pathAndQuery) {
        final int query = pathAndQuery.indexOf('?');
        return query < 0 ? "" : pathAndQuery.substring(query);
    }

    @Override
    public Wire wire(final URI portal) {
        final Path path = newPath();
        try {
            final ServerSocketChannel listener =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                            .bind(UnixDomainSocketAddress.of(path));
            return new SocketWire(
                    listener, UnixDomainSocketAddress.of(portal.getPath()), uri(path));
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
                                        options.withTls(CLIENT.withHandshakeTimeoutNs(300_000_000)))
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
