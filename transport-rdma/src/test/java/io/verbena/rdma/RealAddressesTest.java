// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Addresses on real verbs")
class RealAddressesTest extends RealTest {
    private static final int BYTES = 5000;

    private EventQueueHandler serverQueue;
    private EventQueueHandler clientQueue;
    private RecordingServer server;

    @BeforeEach
    void open() {
        serverQueue = scene().queue();
        clientQueue = scene().queue();
        scene().pool(serverQueue, 8, BYTES, BYTES, PoolUse.SERVER);
        server = scene().server();
    }

    private ServerPortal listen(final String uri) {
        return ServerPortal.listen(serverQueue, URI.create(uri), request -> request.accept(server));
    }

    /** A session, by which a small and a large message went. */
    private ClientSession converse(final String uri) {
        final RecordingClient client = scene().client();
        final var pool = scene().pool(clientQueue, 2, BYTES, BYTES, PoolUse.CLIENT);
        final ClientSession session = ClientSession.connect(clientQueue, URI.create(uri), client);
        for (final int length : new int[] {10, BYTES}) {
            final var msg = pool.take();
            msg.out().position(length);
            client.send(session, msg);
        }
        until("answers from " + uri, () -> client.responses() == 2 || client.isClosed());
        assertThat(client.responses()).as("answers; %s", client.closed()).isEqualTo(2);
        return session;
    }

    private RecordingClient connectInVain(final String uri) {
        final RecordingClient client = scene().client();
        ClientSession.connect(clientQueue, URI.create(uri), client);
        until("the end", client::isClosed);
        assertThat(client.isEstablished()).isFalse();
        return client;
    }

    @Test
    void mayBeIpv6() {
        final ServerPortal portal = listen("rdma://[%s]:0".formatted(Guest.address6()));
        assertThat(portal.uri().getHost()).startsWith("[");
        final ClientSession session = converse(portal.uri().toString());
        assertThat(session.remoteAddress()).endsWith("]:" + portal.uri().getPort());
        assertThat(session.transport()).isEqualTo("rdma");
    }

    @Test
    void ofEveryDeviceAreListenedOnByAWildcard() {
        final ServerPortal portal = listen("rdma://0.0.0.0:0");
        final int port = portal.uri().getPort();
        assertThat(port).isPositive();
        converse("rdma://%s:%d".formatted(RealVerbs.address(), port));
        converse("rdma://%s:%d".formatted(Guest.peer(), port));
        assertThat(portal.sessions()).isEqualTo(2);
        assertThat(server.requests()).isEqualTo(4);
    }

    /** rdma_cm(7) has an option for IPv6 only; without it, as here, IPv4 is served too. */
    @Test
    void ofBothFamiliesAreListenedOnByIpv6sWildcard() {
        Guest.assume();
        final ServerPortal portal = listen("rdma://[::]:0");
        converse("rdma://[%s]:%d".formatted(Guest.address6(), portal.uri().getPort()));
        converse("rdma://%s:%d".formatted(RealVerbs.address(), portal.uri().getPort()));
    }

    @Test
    void ofAnotherDeviceAreReachedOverTheNetwork() {
        final ServerPortal portal = listen("rdma://%s:0".formatted(Guest.peer()));
        final ClientSession session = converse(portal.uri().toString());
        assertThat(session.remoteAddress())
                .isEqualTo("%s:%d".formatted(Guest.peer(), portal.uri().getPort()));
    }

    @Test
    void ofOneSessionAreToldToBothEnds() {
        final StringBuilder seen = new StringBuilder();
        final ServerPortal portal =
                ServerPortal.listen(
                        serverQueue,
                        URI.create("rdma://%s:0".formatted(Guest.peer())),
                        request -> {
                            seen.append(request.remoteAddress());
                            request.accept(server);
                        });
        converse(portal.uri().toString());
        assertThat(seen).startsWith(RealVerbs.address() + ":");
    }

    @Test
    void mayBeNames() {
        Guest.assume();
        Guest.shell("echo %s one.softroce >> /etc/hosts".formatted(RealVerbs.address()));
        final ServerPortal portal = listen("rdma://one.softroce:0");
        converse("rdma://one.softroce:%d".formatted(portal.uri().getPort()));
    }

    @Test
    void ofANameAreTriedInTurn() {
        Guest.assume();
        // At the first nobody listens.
        Guest.shell(
                "printf '%%s two.softroce\\n' %s %s >> /etc/hosts"
                        .formatted(Guest.peer(), RealVerbs.address()));
        final ServerPortal portal = listen("rdma://%s:0".formatted(RealVerbs.address()));
        final ClientSession session =
                converse("rdma://two.softroce:%d".formatted(portal.uri().getPort()));
        assertThat(session.remoteAddress()).startsWith(RealVerbs.address());
    }

    @Test
    void thatNobodyListensOnRefuse() {
        final RecordingClient client = connectInVain("rdma://%s:9".formatted(RealVerbs.address()));
        client.assertClosed(EventReason.REFUSED);
        assertThat(client.closed().detail()).contains(RealVerbs.address() + ":9");
    }

    @Test
    void thatNoNetworkLeadsToAreUnreachable() {
        Guest.assume();
        final RecordingClient client = connectInVain("rdma://192.0.2.1:9");
        client.assertClosed(EventReason.UNREACHABLE);
    }

    /** To that of the loopback interface there is a way, but no RDMA device on it. */
    @Test
    void thatNoDeviceLeadsToAreUnreachable() {
        Guest.assume();
        final RecordingClient client = connectInVain("rdma://127.0.0.1:9");
        client.assertClosed(EventReason.UNREACHABLE);
    }

    @Test
    void thatDoNotExistAreUnresolved() {
        final RecordingClient client = connectInVain("rdma://nowhere.invalid:9");
        client.assertClosed(EventReason.UNRESOLVED);
        assertThat(client.closed().detail()).contains("nowhere.invalid");
    }

    /** It leads to another host, or rather to none that would answer. */
    @Test
    void ofAMachineThatIsOffTimeOut() {
        Guest.assume();
        final Pair pair = livePair().listening();
        final RecordingClient client = scene().client();
        final long start = System.nanoTime();
        ClientSession.connect(
                pair.clientQueue,
                URI.create("rdma://10.0.0.77:9"),
                client,
                ConnectOptions.defaults().withConnectTimeoutNs(1_000_000_000));
        until("the end", client::isClosed);
        assertThat(client.closed().reason())
                .isIn(EventReason.CONNECT_TIMEOUT, EventReason.UNREACHABLE);
        assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
    }
}
