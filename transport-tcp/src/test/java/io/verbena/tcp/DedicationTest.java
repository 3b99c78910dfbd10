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
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a poller that is dedicated to one connection notices besides. */
@ExtendWith(Leaks.class)
class DedicationTest {
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(4);
    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final NioPoller poller = new NioPoller(new WakingContext());
    private SocketChannel peer;
    private Connection connection;
    private boolean isDedicated;
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
        peer = connectTo(listener);
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
    void aListenerThatIsOpenedLaterIsServedToo() throws IOException {
        isDedicated = true;
        // The first wait is the one that begins to be dedicated.
        receiveSomething();
        receiveSomething();
        assertThat(((NioConnection) connection).isWatched())
                .as("watched by the selector")
                .isFalse();

        final List<Connection> accepted = new ArrayList<>();
        final Listener later =
                poller.listen(
                        URI.create("tcp://127.0.0.1:0"),
                        PortalOptions.defaults(),
                        one -> {
                            accepted.add(one);
                            return ConnectionHandler.NOBODY;
                        });
        try (SocketChannel other = connectTo(later)) {
            final long startNs = System.nanoTime();
            while (accepted.isEmpty()) {
                poller.await(WAIT_NS);
                assertThat(System.nanoTime() - startNs)
                        .as("ns until it was accepted")
                        .isLessThan(WAIT_NS / 2);
            }
        }
    }

    /** In one wait; it is no whole frame, so that nobody hears of it. */
    private void receiveSomething() throws IOException {
        peer.write(ByteBuffer.wrap(new byte[] {0}));
        assertThat(poller.await(WAIT_NS)).as("work done").isPositive();
    }

    private static SocketChannel connectTo(final Listener listener) throws IOException {
        return SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.uri().getPort()));
    }

    @Test
    void whoeverComesBetweenTheDecisionToWaitAndTheWaitEndsIt() {
        isDedicated = true;
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

    /**
     * The poller may be woken, as by another thread, when it asks whether it may sleep in a read.
     */
    private final class WakingContext extends NoContext {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long stallTimeoutNs() {
            if (wakes) {
                poller.wakeup();
            }
            return isDedicated ? WAIT_NS : 0;
        }
    }
}
