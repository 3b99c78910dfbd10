// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.SocketWire;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;

/** A transport over sockets with a host and a port. */
public interface InetUnderTest extends TransportUnderTest {
    /**
     * Which of them.
     *
     * @return the URIs' scheme.
     */
    String scheme();

    private URI uri(final int port) {
        return URI.create("%s://127.0.0.1:%d".formatted(scheme(), port));
    }

    @Override
    default URI listenUri() {
        return uri(0);
    }

    @Override
    default URI nobodyUri() {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return uri(taken.getLocalPort());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    default Wire wire(final URI portal) {
        try {
            final ServerSocketChannel listener =
                    ServerSocketChannel.open()
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return new SocketWire(
                    listener,
                    new InetSocketAddress(portal.getHost(), portal.getPort()),
                    uri(listener.socket().getLocalPort()));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
