// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.testkit.Pair;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("auto:// on TCP and real verbs")
class RealAutoTest extends RealTest {
    private static final int BYTES = 20_000;

    /** The deadline beyond the TCP connect, and what an emulated machine adds to a fallback. */
    private static final long LIMIT_MS = 1000 + 500;

    @BeforeEach
    void inTheVirtualMachineOnly() {
        Guest.assume();
    }

    @AfterEach
    void mend() {
        AutoRealTransportProvider.LackingRdma.missing(false);
        Guest.shell("for i in v0 v1; do tc qdisc del dev $i root 2>&1 || true; done");
    }

    private record AutoTransport(String scheme, String address) implements TransportUnderTest {
        @Override
        public URI listenUri() {
            return URI.create("%s://%s:0".formatted(scheme, address));
        }

        @Override
        public URI nobodyUri() {
            return URI.create("%s://%s:9".formatted(scheme, address));
        }

        @Override
        public Wire wire(final URI portal) {
            throw new UnsupportedOperationException("no detours here");
        }

        @Override
        public long quietNs() {
            return 20_000_000;
        }
    }

    private Pair listening(final String scheme, final String address) {
        playAt(new AutoTransport(scheme, address));
        return livePair().pools(8, BYTES).listening();
    }

    /** Connects, and prints a line of the table of causes. */
    private void connect(final String cause, final Pair pair, final String detail) {
        final long start = System.nanoTime();
        pair.connect();
        pair.send(10);
        until("ESTABLISHED", () -> pair.client.isEstablished() || pair.client.isClosed());
        final long tookNs = System.nanoTime() - start;
        assertThat(pair.client.closed()).isNull();
        report(cause, pair.session().transportDetail(), tookNs);
        assertThat(pair.session().transportDetail()).contains(detail);
        until("an answer", () -> pair.client.responses() == 1);
        pair.send(BYTES);
        until("an answer", () -> pair.client.responses() == 2);
        assertThat(TimeUnit.NANOSECONDS.toMillis(tookNs)).isLessThan(LIMIT_MS);
        assertThat(pair.serverSession().transport()).isEqualTo(pair.session().transport());
    }

    private static void report(final String cause, final String outcome, final long tookNs) {
        System.out.printf(Locale.ROOT, "AUTO | %s | %s | %.1f ms%n", cause, outcome, tookNs / 1e6);
    }

    @Test
    void endsOnRdmaWhereBothEndsHaveIt() {
        final Pair pair = listening("auto", RealVerbs.address());
        connect("both ends have it (the first device opened)", pair, "rdma (beside tcp)");
        pair.session().close();
        until("CLOSED", pair.client::isClosed);
        pair.client.assertClosed(EventReason.CLOSED_BY_SELF);
        until("the server's end", () -> pair.server.closedSessions() == 1);
        pair.server.assertClosed(EventReason.CLOSED_BY_PEER);

        final long start = System.nanoTime();
        final RecordingClient again = scene().client();
        final var session = pair.connectAnother(again);
        until("ESTABLISHED", again::isEstablished);
        report("both ends have it", session.transportDetail(), System.nanoTime() - start);
        assertThat(session.transport()).isEqualTo("rdma");
    }

    @Test
    void staysOnTcpWhereTheClientHasNoDevice() {
        final Pair pair = listening("auto+lacking", RealVerbs.address());
        AutoRealTransportProvider.LackingRdma.missing(true);
        connect("the client has no device or library", pair, "no RDMA device");
        assertThat(pair.serverSession().transportDetail()).contains("the client: no RDMA device");
    }

    @Test
    void staysOnTcpWhereTheServerHasNoDevice() {
        AutoRealTransportProvider.LackingRdma.missing(true);
        final Pair pair = listening("auto+lacking", RealVerbs.address());
        AutoRealTransportProvider.LackingRdma.missing(false);
        connect("the server has no device or library", pair, "the server: no RDMA device");
    }

    /** A listener may be bound to it all the same, says the kernel. */
    @Test
    void staysOnTcpWhereNoDeviceLeads() {
        final Pair pair = listening("auto", "127.0.0.1");
        connect("no device leads to the portal's address", pair, "No such device");
        assertThat(pair.session().transport()).isEqualTo("tcp");
    }

    @Test
    void staysOnTcpWhereNobodyListensForIt() {
        final Pair pair = listening("auto+astray", RealVerbs.address());
        connect("the RDMA connection is refused", pair, "tcp (rdma: ");
    }

    @Test
    void staysOnTcpWhereNoPacketGetsThrough() {
        final Pair pair = listening("auto+far", RealVerbs.address());
        // Or else the time would be that of a JVM that loads and compiles all of this.
        final RecordingClient first = scene().client();
        final var session = pair.connectAnother(first);
        until("ESTABLISHED", first::isEstablished);
        assertThat(session.transport()).isEqualTo("rdma");
        session.close();
        until("CLOSED", first::isClosed);
        Guest.shell("tc qdisc add dev v0 root netem loss 100%");
        connect("no RDMA packet gets through", pair, "no connection within 1000 ms");
    }

    @Test
    void aLaterDeathEndsTheSessionAndTheNextOneDoesWithoutRdma() {
        final Pair pair = listening("auto+far", RealVerbs.address());
        connect("both ends have it, two devices", pair, "rdma (beside tcp)");
        Guest.shell("tc qdisc add dev v0 root netem loss 100%");
        final long start = System.nanoTime();
        pair.send(10);
        until("CLOSED", pair.client::isClosed);
        report(
                "RDMA dies later",
                pair.client.closed().reason() + ": " + pair.client.closed().detail(),
                System.nanoTime() - start);
        pair.client.assertClosed(EventReason.TRANSPORT_ERROR);
        assertThat(pair.client.errorReasons()).containsExactly(EventReason.FLUSHED);

        final long again = System.nanoTime();
        final RecordingClient next = scene().client();
        final var session = pair.connectAnother(next);
        until("ESTABLISHED", next::isEstablished);
        report("the next session", session.transportDetail(), System.nanoTime() - again);
        assertThat(session.transport()).isEqualTo("tcp");
        assertThat(session.transportDetail()).contains("is tried again in");
        Guest.shell("tc qdisc del dev v0 root");
    }
}
