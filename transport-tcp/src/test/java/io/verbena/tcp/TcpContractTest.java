// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.SocketWire;
import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;

/** The contract, over TCP. */
class TcpContractTest extends TransportContract {
    @Override
    public URI listenUri() {
        return URI.create("tcp://127.0.0.1:0");
    }

    @Override
    public URI nobodyUri() {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("tcp://127.0.0.1:" + taken.getLocalPort());
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
                    URI.create("tcp://127.0.0.1:" + port));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
