// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.spi.Connection;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.testkit.mem.Direction;
import io.verbena.testkit.mem.MemFaults;
import io.verbena.testkit.mem.MemNetwork;
import io.verbena.testkit.mem.MemTransportProvider;
import java.net.URI;
import java.util.ArrayDeque;

/**
 * Hostile ends of the mem transport, which carries frames: what is attacked is the engine alone.
 * They sit on the transport's SPI as the engine does, and say what no engine would.
 */
public final class MemLines implements Lines {
    private final URI portal;
    private final URI server;
    private final Poller poller = new MemTransportProvider().open(new NoEngine());
    private final ArrayDeque<FrameLine> accepted = new ArrayDeque<>();
    private final Listener listener;

    MemLines() {
        this(URI.create("mem://attacked"), URI.create("mem://hostile"));
    }

    /**
     * Under names of their own.
     *
     * @param portal what is attacked.
     * @param server what attacks.
     */
    public MemLines(final URI portal, final URI server) {
        this.portal = portal;
        this.server = server;
        listener = poller.listen(server, PortalOptions.defaults(), this::onAccepted);
    }

    /** Every liberty that the SPI leaves to a transport: see MemUnderTest.adverse. */
    MemLines adverse() {
        for (final URI uri : new URI[] {portal, server}) {
            final MemFaults faults = MemNetwork.faults(uri);
            for (final Direction direction : Direction.values()) {
                faults.hold(direction, 1).capacity(direction, 2, 4096).split(direction, 1000);
            }
            faults.deliverInResume(true).tellSentLate(true);
        }
        return this;
    }

    private FrameLine onAccepted(final Connection connection) {
        final FrameLine line = new FrameLine(poller);
        line.connection(connection);
        accepted.add(line);
        return line;
    }

    @Override
    public URI portalUri() {
        return portal;
    }

    @Override
    public int bystanders() {
        return 1;
    }

    @Override
    public int rounds() {
        return 8;
    }

    @Override
    public Line connect(final URI uri) {
        final FrameLine line = new FrameLine(poller);
        line.connection(poller.connect(uri, ConnectOptions.defaults(), line));
        return line;
    }

    @Override
    public URI serverUri() {
        return server;
    }

    @Override
    public Line accept() {
        poller.poll();
        return accepted.poll();
    }

    @Override
    public void close() {
        listener.close();
        poller.close();
        MemNetwork.reset();
    }
}
