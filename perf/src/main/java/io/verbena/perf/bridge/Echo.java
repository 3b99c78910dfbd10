// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.bridge;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.HdrHistogram.Histogram;

/**
 * Messages in OpenJ9's framing that come back as they went, on plain blocking sockets: what is
 * measured is then what is between.
 */
final class Echo {
    private static final long HIGHEST_NS = 60_000_000_000L;

    private Echo() {}

    /** A server with a thread for each connection. */
    static final class Server implements AutoCloseable {
        private final ServerSocketChannel listener;

        Server() throws IOException {
            listener = ServerSocketChannel.open();
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            start("echo-listener", this::accept);
        }

        private static void start(final String name, final Runnable task) {
            final Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        }

        URI uri() {
            return URI.create("jit://127.0.0.1:" + listener.socket().getLocalPort());
        }

        private void accept() {
            try {
                while (true) {
                    final SocketChannel accepted = listener.accept();
                    start("echo", () -> serve(accepted));
                }
            } catch (final IOException e) {
                // Closed: the measurement is over.
            }
        }

        private static void serve(final SocketChannel accepted) {
            final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
            try (SocketChannel socket = accepted) {
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                while (socket.read(buffer.clear()) >= 0) {
                    buffer.flip();
                    while (buffer.hasRemaining()) {
                        socket.write(buffer);
                    }
                }
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    /** A client with one connection. */
    static final class Client implements AutoCloseable {
        private final SocketChannel socket;
        private final ByteBuffer out;
        private final ByteBuffer in;

        Client(final URI uri, final int bytes) throws IOException {
            socket = SocketChannel.open(new InetSocketAddress(uri.getHost(), uri.getPort()));
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            out = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
            out.putInt(0, bytes);
            in = ByteBuffer.allocateDirect(bytes);
        }

        /** Has so many round trips, one after the other. */
        Histogram measure(final int count) throws IOException {
            final Histogram latency = new Histogram(HIGHEST_NS, 3);
            for (int i = 0; i < count; i++) {
                final long startNs = System.nanoTime();
                roundTrip();
                latency.recordValue(Math.min(HIGHEST_NS, System.nanoTime() - startNs));
            }
            return latency;
        }

        private void roundTrip() throws IOException {
            out.clear();
            while (out.hasRemaining()) {
                socket.write(out);
            }
            in.clear();
            while (in.hasRemaining()) {
                if (socket.read(in) < 0) {
                    throw new EOFException("what is between has closed the connection");
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
