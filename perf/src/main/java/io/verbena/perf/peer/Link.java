// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Takes bytes to the other end of a non-blocking channel and back, as they are or encrypted. */
interface Link extends Closeable {

    /** Makes the link of a channel that is connected, and still blocking. */
    @FunctionalInterface
    interface Maker {
        Link over(SocketChannel channel) throws IOException;
    }

    /** How many bytes beyond those asked for a {@link #read(ByteBuffer)} needs room for. */
    int surplus();

    /** Reads what is there, in at most one system call; negative once the other end has closed. */
    int read(ByteBuffer to) throws IOException;

    /** The same, into several buffers. */
    long read(ByteBuffer[] to) throws IOException;

    /** Whether bytes have been received that the buffers had no room for. */
    boolean pending();

    /** Takes what there is room for, and writes what the socket has room for. */
    void write(ByteBuffer from) throws IOException;

    /** The same, from several buffers. */
    void write(ByteBuffer[] from) throws IOException;

    /** Writes what was taken but isn't written; returns whether nothing is left of it. */
    boolean flush() throws IOException;

    /** A channel as it is. */
    record Plain(SocketChannel channel) implements Link {
        @Override
        public int surplus() {
            return 0;
        }

        @Override
        public int read(final ByteBuffer to) throws IOException {
            return channel.read(to);
        }

        @Override
        public long read(final ByteBuffer[] to) throws IOException {
            return channel.read(to);
        }

        @Override
        public boolean pending() {
            return false;
        }

        @Override
        public void write(final ByteBuffer from) throws IOException {
            channel.write(from);
        }

        @Override
        public void write(final ByteBuffer[] from) throws IOException {
            channel.write(from);
        }

        @Override
        public boolean flush() {
            return true;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
