// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.SocketWire;
import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/**
 * The contract, over sessions that begin on TCP and are carried by real verbs. It takes minutes
 * where the machine is emulated, and the two halves have their own there, so each build runs some
 * parts of it ({@link RdmaAutoPartsTest}), and the whole is run when one of the halves or what is
 * between changes: {@code .ci/softroce/test --include-tag=rdma-auto}.
 */
@Tag("rdma-auto")
class RdmaAutoContractTest extends TransportContract {
    private Detour detour;

    @BeforeAll
    static void openTheDevice() {
        RealVerbs.get();
    }

    @BeforeEach
    final void newDetour() {
        detour = DetourTransportProvider.reset();
    }

    @Override
    public URI listenUri() {
        return URI.create("auto+direct://%s:0".formatted(RealVerbs.address()));
    }

    @Override
    public URI nobodyUri() {
        return URI.create("auto+direct://%s:9".formatted(RealVerbs.address()));
    }

    @Override
    public Wire wire(final URI portal) {
        final Wire control = controlWire(portal);
        return new Wire() {
            @Override
            public URI uri() {
                return control.uri();
            }

            @Override
            public void cut() {
                detour.cut();
                control.cut();
            }

            @Override
            public void stall() {
                detour.stall();
                control.stall();
            }

            @Override
            public void release() {
                control.release();
                detour.release();
            }

            @Override
            public void close() {
                detour.release();
                detour.cut();
                control.close();
            }
        };
    }

    private static Wire controlWire(final URI portal) {
        final String host = portal.getHost();
        try {
            final ServerSocketChannel listener =
                    ServerSocketChannel.open().bind(new InetSocketAddress(host, 0));
            final int port = listener.socket().getLocalPort();
            return new SocketWire(
                    listener,
                    new InetSocketAddress(host, portal.getPort()),
                    URI.create("auto+detour://%s:%d".formatted(host, port)));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long quietNs() {
        return 50_000_000;
    }
}
