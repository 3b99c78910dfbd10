// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A proxy that splits what it passes on wherever it is told to. It has no thread: each {@link
 * #step()} passes on one chunk in each direction, and whoever calls it lets both ends look at that
 * before the next. So every split is one that the receiver sees, and every run is like the last.
 */
final class ChunkingProxy implements AutoCloseable {
    private static final int MAX_CHUNK = 1 << 16;

    private final Net net;
    private final URI target;
    private final ServerSocketChannel listener;
    private final List<Link> links = new ArrayList<>();
    private Chunks toServer = Chunks.asTheyCome();
    private Chunks toClient = Chunks.asTheyCome();
    private boolean resets;

    /** How a direction is cut into chunks. */
    @FunctionalInterface
    interface Chunks {
        /** The link is cut here. */
        int CUT = -1;

        /** The most bytes of the next chunk, 0 for none in this step. */
        int next(long offset);

        static Chunks asTheyCome() {
            return offset -> MAX_CHUNK;
        }

        static Chunks of(final int bytes) {
            return offset -> bytes;
        }

        /** Chunks of 1 to {@code max} bytes, and pauses. */
        static Chunks random(final long seed, final int max) {
            final Random random = new Random(seed);
            return offset -> random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(max);
        }

        /** Everything before the place, a pause, everything behind it. */
        static Chunks splitAt(final int place, final int pause) {
            final int[] left = {pause};
            return offset -> {
                if (offset < place) {
                    return (int) Math.min(MAX_CHUNK, place - offset);
                }
                return left[0]-- > 0 ? 0 : MAX_CHUNK;
            };
        }

        /** Everything before the place, and then the end. */
        static Chunks cutAt(final int place) {
            return offset -> offset < place ? (int) Math.min(MAX_CHUNK, place - offset) : CUT;
        }
    }

    ChunkingProxy(final Net net, final URI target) throws IOException {
        this.net = net;
        this.target = target;
        listener = net.listener(16);
        listener.configureBlocking(false);
    }

    /** Where clients connect to. */
    URI uri() throws IOException {
        return net.uri(listener);
    }

    /** How the links that come next are cut. */
    void chunks(final Chunks toTheServer, final Chunks toTheClient) {
        toServer = toTheServer;
        toClient = toTheClient;
    }

    /** Cuts are resets, where there is such a thing. */
    void resets(final boolean value) {
        resets = value;
    }

    /** Bytes that have passed since it was opened, on links that are there still. */
    long passed(final boolean towardsTheServer) {
        return links.stream()
                .mapToLong(link -> (towardsTheServer ? link.there : link.back).offset)
                .sum();
    }

    /** Passes on one chunk in each direction of each link. */
    void step() {
        try {
            final SocketChannel client = listener.accept();
            if (client != null) {
                links.add(new Link(client, net.connect(target)));
            }
            links.removeIf(Link::step);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        links.forEach(Link::close);
        links.clear();
    }

    private final class Link {
        private final SocketChannel client;
        private final SocketChannel server;
        private final Flow there;
        private final Flow back;

        Link(final SocketChannel client, final SocketChannel server) throws IOException {
            this.client = client;
            this.server = server;
            for (final SocketChannel each : List.of(client, server)) {
                each.configureBlocking(false);
                if (each.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
                    each.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
            }
            there = new Flow(client, server, toServer);
            back = new Flow(server, client, toClient);
        }

        /** True at the end. */
        boolean step() {
            try {
                if (there.move() && back.move() && !(there.ended && back.ended)) {
                    return false;
                }
            } catch (final IOException e) {
                // One side is gone: so is the other.
            }
            close();
            return true;
        }

        void close() {
            for (final SocketChannel each : List.of(client, server)) {
                try {
                    if (resets
                            && each.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                        each.configureBlocking(true);
                        each.setOption(StandardSocketOptions.SO_LINGER, 0);
                    }
                    each.close();
                } catch (final IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static final class Flow {
        private final SocketChannel from;
        private final SocketChannel to;
        private final Chunks chunks;
        private final ByteBuffer buffer = ByteBuffer.allocate(MAX_CHUNK).limit(0);
        private long offset;
        private boolean ended;

        Flow(final SocketChannel from, final SocketChannel to, final Chunks chunks) {
            this.from = from;
            this.to = to;
            this.chunks = chunks;
        }

        /** False if the link is to be cut. */
        boolean move() throws IOException {
            if (buffer.hasRemaining()) {
                to.write(buffer);
                return true;
            }
            if (ended) {
                return true;
            }
            final int bytes = chunks.next(offset);
            if (bytes < 0) {
                return false;
            }
            final int read = bytes == 0 ? 0 : from.read(buffer.clear().limit(bytes));
            if (read < 0) {
                ended = true;
                buffer.limit(0);
                to.shutdownOutput();
                return true;
            }
            buffer.flip();
            if (bytes == 0) {
                buffer.limit(0);
            }
            offset += read;
            to.write(buffer);
            return true;
        }
    }
}
