// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.PortalOptions;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.testkit.Leaks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a poller that is dedicated to one connection is woken. */
@ExtendWith(Leaks.class)
class DedicationTest {
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(4);
    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final NioPoller poller = new NioPoller(new WakingContext());
    private SocketChannel peer;
    private Connection connection;
    private boolean wakes;

    @BeforeEach
    void connect() throws IOException {
        final Listener listener =
                poller.listen(
                        URI.create("tcp://127.0.0.1:0"),
                        PortalOptions.defaults(),
                        accepted -> {
                            connection = accepted;
                            return ConnectionHandler.NOBODY;
                        });
        peer =
                SocketChannel.open(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), listener.uri().getPort()));
        final long startNs = System.nanoTime();
        while (connection == null) {
            poller.await(TURN_NS);
            assertThat(System.nanoTime() - startNs).isLessThan(WAIT_NS);
        }
        listener.close();
        poller.await(TURN_NS);
    }

    @AfterEach
    void close() throws IOException {
        poller.close();
        peer.close();
    }

    @Test
    void whoeverComesBetweenTheDecisionToWaitAndTheWaitEndsIt() {
        wakes = true;
        // The first wait is the one that begins to be dedicated, and the others are.
        for (int i = 1; i <= 3; i++) {
            final long startNs = System.nanoTime();
            poller.await(WAIT_NS);
            assertThat(System.nanoTime() - startNs)
                    .as("ns that wait %d has taken", i)
                    .isLessThan(WAIT_NS / 2);
        }
    }

    /** The poller is woken, as by another thread, when it asks whether it may sleep in a read. */
    private final class WakingContext extends NoContext {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long stallTimeoutNs() {
            if (!wakes) {
                return 0;
            }
            poller.wakeup();
            return WAIT_NS;
        }
    }
}
