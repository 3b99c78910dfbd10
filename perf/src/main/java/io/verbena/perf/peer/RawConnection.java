// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * One end of a connection of the raw pair. As messages are numbered and answered in order, two
 * counters are all the state of a session: a server owes what it received and didn't send, and a
 * client has outstanding what it sent and didn't receive.
 */
final class RawConnection implements Closeable {

    /**
     * Left to itself, the kernel lets megabytes pile up in a socket, which fall out of the cache
     * before they are read.
     */
    static final int SOCKET_BUFFER = 512 * 1024;

    private final SocketChannel channel;
    private final Link link;
    private final FrameReader reader;
    private final FrameWriter writer;
    private long received;
    private long sent;
    private long markNs;
    private boolean refused;
    private boolean waiting;

    RawConnection(
            final SocketChannel channel,
            final Link.Maker links,
            final int readSize,
            final int writeSize,
            final int window,
            final int buffers)
            throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
        link = links.over(channel);
        channel.configureBlocking(false);
        reader = FrameReader.of(link, readSize, window, buffers);
        writer = FrameWriter.of(link, writeSize, window, buffers);
    }

    SocketChannel channel() {
        return channel;
    }

    long received() {
        return received;
    }

    long sent() {
        return sent;
    }

    /** When {@link #mark} was called last. */
    long markNs() {
        return markNs;
    }

    void mark(final long nowNs) {
        markNs = nowNs;
    }

    /** Whether there is more to send, once the socket has room for it. */
    boolean waiting() {
        return waiting;
    }

    /** Receives what is there, in one system call, and returns how many messages that makes. */
    int receive() throws IOException {
        final int messages = reader.read(received);
        if (messages == FrameReader.END) {
            throw new EOFException("the other end closed the connection");
        }
        received += messages;
        return messages;
    }

    /** Sends the next message, unless the socket is full; {@link #flush} is to follow. */
    boolean send() throws IOException {
        refused = !writer.offer(sent);
        if (!refused) {
            sent++;
        }
        return !refused;
    }

    /** Lets go what was gathered of the messages sent. */
    void flush() throws IOException {
        // The socket may have got room since it refused a message, which still wants to be sent.
        waiting = !writer.flush() || refused;
        refused = false;
    }

    @Override
    public void close() throws IOException {
        link.close();
    }
}
