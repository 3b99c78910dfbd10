// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A relay between sockets, for {@link Wire}s of transports over sockets: one thread, which moves
 * what is there and looks again after a short pause.
 */
public final class SocketWire implements Wire {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final long PAUSE_NS = 50_000;

    private final ServerSocketChannel listener;
    private final SocketAddress target;
    private final URI uri;
    private final List<Link> links = new ArrayList<>();

    /** Freed at once: Netty leaves buffers that aren't pooled to the collector on some JDKs. */
    private final CleanableDirectBuffer memory =
            PlatformDependent.allocateDirect(BUFFER_BYTES, true /* permitExpensiveClean */);

    private final ByteBuffer scratch = memory.buffer();
    private final Thread thread;
    private volatile boolean stalled;
    private volatile boolean closed;
    private volatile int cutsWanted;
    private int cutsDone;
    private volatile int looksWanted;
    private int looksDone;
    private boolean moved;

    private record Link(SocketChannel client, SocketChannel server, Flow toServer, Flow toClient) {}

    /**
     * Starts to relay.
     *
     * @param listener bound, where clients connect to; closed by {@link #close()}.
     * @param target where they are relayed to.
     * @param uri what clients connect to.
     */
    public SocketWire(
            final ServerSocketChannel listener, final SocketAddress target, final URI uri) {
        this.listener = listener;
        this.target = target;
        this.uri = uri;
        thread = new Thread(this::relay, "socket-wire");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void cut() {
        synchronized (this) {
            cutsWanted = cutsWanted + 1;
        }
        awaitThread(false);
    }

    @Override
    public void stall() {
        stalled = true;
    }

    @Override
    public void release() {
        stalled = false;
    }

    @Override
    public synchronized boolean hasMoved() {
        looksWanted = looksWanted + 1;
        try {
            while (thread.isAlive() && looksDone != looksWanted) {
                wait(10);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        final boolean since = moved;
        moved = false;
        return since;
    }

    private synchronized void looked(final int wanted, final boolean found) {
        moved |= found;
        looksDone = wanted;
        notifyAll();
    }

    @Override
    public void close() {
        closed = true;
        awaitThread(true);
    }

    private synchronized void awaitThread(final boolean end) {
        try {
            while (thread.isAlive() && (end || cutsDone != cutsWanted)) {
                wait(10);
            }
            if (end) {
                thread.join();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void relay() {
        try {
            listener.configureBlocking(false);
            while (!closed) {
                final int wanted = looksWanted;
                final boolean found = step();
                looked(wanted, found);
                if (!found) {
                    LockSupport.parkNanos(PAUSE_NS);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cutAll();
            closeQuietly(listener);
            memory.clean();
        }
    }

    private boolean step() throws IOException {
        boolean moved = false;
        final SocketChannel client = listener.accept();
        if (client != null) {
            moved = true;
            connect(client);
        }
        cutIfWanted();
        if (!stalled) {
            for (final Link link : List.copyOf(links)) {
                try {
                    moved |= link.toServer.move();
                    moved |= link.toClient.move();
                    if (link.toServer.ended && link.toClient.ended) {
                        end(link);
                    }
                } catch (final IOException e) {
                    // one side is gone: so is the other
                    end(link);
                }
            }
        }
        return moved;
    }

    private void connect(final SocketChannel client) throws IOException {
        final SocketChannel server;
        try {
            server = SocketChannel.open(target);
        } catch (final IOException e) {
            client.close();
            return;
        }
        client.configureBlocking(false);
        server.configureBlocking(false);
        links.add(
                new Link(
                        client,
                        server,
                        new Flow(client, server, scratch),
                        new Flow(server, client, scratch)));
    }

    private void cutIfWanted() {
        final int wanted = cutsWanted;
        if (wanted != cutsDone) {
            cutAll();
            synchronized (this) {
                cutsDone = wanted;
                notifyAll();
            }
        }
    }

    private void cutAll() {
        List.copyOf(links).forEach(this::end);
    }

    private void end(final Link link) {
        links.remove(link);
        closeQuietly(link.client);
        closeQuietly(link.server);
    }

    private static void closeQuietly(final Channel channel) {
        try {
            if (channel instanceof SocketChannel socket
                    && socket.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                // a reset and not an orderly end, where there is such a thing
                socket.configureBlocking(true);
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            channel.close();
        } catch (final IOException e) {
            // it is gone either way
        }
    }

    /** One direction of a link; what was read and not written yet waits here. */
    private static final class Flow {
        private final SocketChannel from;
        private final SocketChannel to;
        private final ByteBuffer scratch;
        private ByteBuffer rest;
        private boolean ended;

        Flow(final SocketChannel from, final SocketChannel to, final ByteBuffer scratch) {
            this.from = from;
            this.to = to;
            this.scratch = scratch;
        }

        boolean move() throws IOException {
            if (rest != null) {
                final int written = to.write(scratch.clear().put(rest.duplicate()).flip());
                rest.position(rest.position() + written);
                if (!rest.hasRemaining()) {
                    rest = null;
                }
                return written > 0;
            }
            if (ended) {
                return false;
            }
            final int read = from.read(scratch.clear());
            if (read < 0) {
                ended = true;
                to.shutdownOutput();
                return true;
            }
            scratch.flip();
            to.write(scratch);
            if (scratch.hasRemaining()) {
                // on the heap, as it outlives the scratch's use
                rest = ByteBuffer.allocate(scratch.remaining()).put(scratch).flip();
            }
            return read > 0;
        }
    }
}
