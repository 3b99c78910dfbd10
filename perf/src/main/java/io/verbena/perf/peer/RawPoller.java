// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.function.Consumer;

/** Finds the connections that have something to do, and closes them all in the end. */
abstract class RawPoller implements Closeable {

    /** Up to as many connections, asking each of them is cheaper than asking a selector. */
    private static final int FEW = 4;

    private final List<RawConnection> connections;

    private RawPoller(final List<RawConnection> connections) {
        this.connections = connections;
    }

    static RawPoller of(
            final List<RawConnection> connections, final boolean spin, final Handler handler)
            throws IOException {
        return spin && connections.size() <= FEW
                ? new Asking(connections, handler)
                : new Selecting(connections, spin, handler);
    }

    /** What is done for a connection that may be ready. */
    @FunctionalInterface
    interface Handler {
        void onReady(RawConnection connection) throws IOException;
    }

    /** Handles the ready connections; waits for one if the workload is to block. */
    abstract void poll() throws IOException;

    /** Handles every connection, ready or not: there is something new to do. */
    abstract void pollAll() throws IOException;

    /** Ends the wait of a blocked {@link #poll}, from another thread. */
    void wakeup() {}

    @Override
    public void close() throws IOException {
        for (final RawConnection connection : connections) {
            connection.close();
        }
    }

    /** Takes every connection to be ready. */
    private static final class Asking extends RawPoller {

        private final RawConnection[] connections;
        private final Handler handler;

        Asking(final List<RawConnection> connections, final Handler handler) {
            super(connections);
            this.connections = connections.toArray(RawConnection[]::new);
            this.handler = handler;
        }

        @Override
        void poll() throws IOException {
            for (final RawConnection connection : connections) {
                handler.onReady(connection);
            }
        }

        @Override
        void pollAll() throws IOException {
            poll();
        }
    }

    /** Lets the kernel tell. */
    private static final class Selecting extends RawPoller {

        private final Selector selector = Selector.open();
        private final boolean spin;
        private final Handler handler;
        private final Consumer<SelectionKey> onReady = this::onReady; // once, not per poll

        Selecting(final List<RawConnection> connections, final boolean spin, final Handler handler)
                throws IOException {
            super(connections);
            this.spin = spin;
            this.handler = handler;
            for (final RawConnection connection : connections) {
                connection.channel().register(selector, SelectionKey.OP_READ, connection);
            }
        }

        @Override
        void poll() throws IOException {
            if (spin) {
                selector.selectNow(onReady);
            } else {
                selector.select(onReady);
            }
        }

        @Override
        void pollAll() {
            selector.keys().forEach(onReady);
        }

        private void onReady(final SelectionKey key) {
            final RawConnection connection = (RawConnection) key.attachment();
            try {
                handler.onReady(connection);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
            final int interest =
                    connection.waiting()
                            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                            : SelectionKey.OP_READ;
            if (key.interestOps() != interest) {
                key.interestOps(interest);
            }
        }

        @Override
        void wakeup() {
            selector.wakeup();
        }

        @Override
        public void close() throws IOException {
            super.close();
            selector.close();
        }
    }
}
