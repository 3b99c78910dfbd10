// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.testkit.Event;
import io.verbena.testkit.Pair;
import io.verbena.testkit.PairSpec;
import io.verbena.testkit.Wire;
import io.verbena.testkit.mem.MemFaults;
import io.verbena.testkit.mem.MemNetwork;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract, over sessions that begin elsewhere and are carried by RDMA, on the fabric. */
class FakeAutoContractTest extends FakeContractTest {
    private static final AtomicInteger PORTS = new AtomicInteger(1000);
    private static final AtomicInteger ALIASES = new AtomicInteger();

    @AfterEach
    final void forgetFaults() {
        MemNetwork.reset();
    }

    /** What aborts a connection in memory gets through where all else is stalled. */
    @Override
    public boolean isAbortHeardThroughAStall() {
        return true;
    }

    /** The same, but that one end may notice, and the other be told. */
    @Test
    @Override
    public void aPeerThatTakesNothingIsNoticedHoweverMuchWaits() {
        final Pair pair = beating().pools(64, 100_000).established();
        pair.wire.stall();
        pair.sendMany(64, 100_000);
        scene().pass(2_000_000_000, 10_000_000);
        pair.until("CLOSED", pair.client::isClosed);
        pair.until("CLOSED", () -> pair.server.closedSessions() == 1);
        assertThat(ends(pair))
                .containsAnyOf(EventReason.KEEPALIVE_TIMEOUT, EventReason.PEER_STALLED);
        assertThat(pair.client.errors()).isEqualTo(64);
        pair.wire.release();
    }

    private PairSpec beating() {
        return scene().pair()
                .wired()
                .bothSessions(
                        options ->
                                options.withKeepaliveIntervalNs(100_000_000)
                                        .withKeepaliveMisses(3));
    }

    private static List<EventReason> ends(final Pair pair) {
        return List.of(
                pair.client.closed().reason(),
                pair.server.events(Event.Kind.CLOSED).get(0).reason());
    }

    @Override
    public URI listenUri() {
        return URI.create(
                "%s://fabric:%d"
                        .formatted(
                                AutoFakeTransportProvider.SCHEME,
                                1000 + PORTS.incrementAndGet() % 30000));
    }

    @Override
    public URI nobodyUri() {
        return URI.create(AutoFakeTransportProvider.SCHEME + "://nobody:9");
    }

    @Override
    public Wire wire(final URI portal) {
        final Wire data = super.wire(portal);
        final URI uri = URI.create(portal + "~" + ALIASES.incrementAndGet());
        final MemFaults control = MemNetwork.faults(uri.getRawAuthority());
        return new Wire() {
            @Override
            public URI uri() {
                return uri;
            }

            @Override
            public void cut() {
                data.cut();
                control.cut();
            }

            @Override
            public void stall() {
                data.stall();
                control.stall();
            }

            @Override
            public void release() {
                control.release();
                data.release();
            }

            @Override
            public void close() {
                data.close();
                control.cut();
            }
        };
    }
}
