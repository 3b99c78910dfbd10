// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server of the raw pair: accepts all of the client's connections, then answers on them until
 * they end.
 */
final class RawServer implements Peer.Server {

    private final Workload workload;
    private final Link.Maker links;
    private final int buffers;
    private final ServerSocketChannel listener;
    private final ServerThread thread = new ServerThread("raw-server", this::run);

    private volatile @Nullable RawPoller poller;
    private volatile boolean closed;

    private RawServer(final Workload workload, final Link.Maker links, final int buffers)
            throws IOException {
        this.workload = workload;
        this.links = links;
        this.buffers = buffers;
        listener = ServerSocketChannel.open();
        // Accepted channels inherit it.
        listener.setOption(StandardSocketOptions.SO_RCVBUF, RawConnection.SOCKET_BUFFER);
        listener.bind(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), workload.sessions());
    }

    static RawServer start(final Workload workload, final Link.Maker links, final int buffers)
            throws IOException {
        final var server = new RawServer(workload, links, buffers);
        server.thread.start();
        return server;
    }

    @Override
    public int port() {
        return listener.socket().getLocalPort();
    }

    private void run() {
        final List<RawConnection> connections = new ArrayList<>();
        try {
            while (connections.size() < workload.sessions()) {
                connections.add(
                        new RawConnection(
                                listener.accept(),
                                links,
                                workload.requestSize(),
                                workload.responseSize(),
                                workload.window(),
                                buffers));
            }
            try (RawPoller all = RawPoller.of(connections, workload.spin(), RawServer::answer)) {
                poller = all;
                all.pollAll(); // a handshake may have read more than was its own
                while (!closed) {
                    all.poll();
                }
            }
        } catch (final Exception e) {
            if (!closed && !isEnd(e)) {
                thread.fail(e);
            }
        }
    }

    private static void answer(final RawConnection connection) throws IOException {
        connection.receive();
        while (connection.sent() < connection.received() && connection.send()) {
            // until all is answered, or the socket is full
        }
        connection.flush();
    }

    private static boolean isEnd(final Exception e) {
        return e instanceof EOFException || e.getCause() instanceof EOFException;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        final RawPoller polling = poller;
        if (polling != null) {
            polling.wakeup();
        }
        thread.join();
    }
}
