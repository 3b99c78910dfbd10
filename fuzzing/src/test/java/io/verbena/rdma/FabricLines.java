// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.fuzz.Line;
import io.verbena.fuzz.Lines;
import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Extension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.EnumSet;

/** Hostile ends on the fabric that tests script: what is attacked is RDMA's protocol as well. */
final class FabricLines implements Lines {
    /** The connection manager's news may be a thousand polls away. */
    private static final int ROUNDS_TO_NEWS = 1200;

    private final FakeFabric fabric =
            FakeTransportProvider.reset(
                    EnumSet.allOf(Extension.class), new RdmaOptions(512, 32, 4, 64, 16_384));

    private HandPeer server;

    @Override
    public URI portalUri() {
        return URI.create("fake://0.0.0.0:0");
    }

    @Override
    public int bystanders() {
        return 1;
    }

    @Override
    public int rounds() {
        return ROUNDS_TO_NEWS;
    }

    @Override
    public Line connect(final URI portal) {
        return new SendLine(peer(), portal);
    }

    private HandPeer peer() {
        try {
            return new HandPeer(fabric);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI serverUri() {
        try {
            server = peer();
            return server.listen();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Line accept() {
        return server.hears(CmEvent.Type.CONNECT_REQUEST) ? new SendLine(server, null) : null;
    }

    @Override
    public void close() {
        fabric.assertNothingLeft();
    }
}
