// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import io.verbena.PortalOptions;
import io.verbena.spi.Connection;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.testkit.Leaks;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("A connection that closes while its peer doesn't read")
@ExtendWith(Leaks.class)
class ClosingConnectionTest {
    private static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int TURNS = 40;
    private static final int LARGE = 16 << 20;

    private final NioPoller poller = new NioPoller(new NoContext());
    private final FrameHeader header = new FrameHeader();
    private final Large large = new Large();
    private Connection connection;
    private SocketChannel peer;

    @AfterEach
    void close() throws IOException {
        poller.close();
        peer.close();
        large.free();
    }

    @Test
    void doesNotWakeForWhatItWillNotReadAnyMore() throws IOException {
        connect();
        fill();
        connection.close();
        peer.write(ByteBuffer.allocate(1000));
        int awake = 0;
        for (int i = 0; i < TURNS; i++) {
            awake += poller.await(TURN_NS) > 0 ? 1 : 0;
        }

        assertThat(awake).as("waits of %d that found something to do", TURNS).isLessThan(5);
    }

    private void connect() throws IOException {
        final URI portal =
                poller.listen(
                                URI.create("tcp://127.0.0.1:0"),
                                PortalOptions.defaults(),
                                accepted -> {
                                    connection = accepted;
                                    return ConnectionHandler.NOBODY;
                                })
                        .uri();
        peer =
                SocketChannel.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), portal.getPort()));
        final long start = System.nanoTime();
        while (connection == null) {
            poller.await(TURN_NS);
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
        }
    }

    /** More than the kernel takes. */
    private void fill() {
        header.set(FrameType.RESPONSE, 0, 0, LARGE, 0, 0);
        assertThat(connection.send(header, large)).isEqualTo(SendResult.HELD);
    }

    /** A payload. */
    private static final class Large implements MsgMemory {
        /** Freed at once: Netty leaves buffers that aren't pooled to the collector on some JDKs. */
        private final CleanableDirectBuffer memory =
                PlatformDependent.allocateDirect(LARGE, true /* permitExpensiveClean */);

        private final ByteBuffer bytes = memory.buffer();

        void free() {
            memory.clean();
        }

        @Override
        public ByteBuffer inbound() {
            return bytes;
        }

        @Override
        public ByteBuffer outbound() {
            return bytes;
        }
    }
}
