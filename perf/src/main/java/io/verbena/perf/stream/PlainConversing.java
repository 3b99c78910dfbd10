// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Over blocking sockets that do one read and one write a message, with a server thread each. */
final class PlainConversing extends Conversing {
    private final Sockets sockets;
    private volatile boolean closing;

    /** A listener, and both ends of its connections. */
    private interface Sockets extends Closeable {
        Talk connect() throws IOException;

        Talk accept() throws IOException;
    }

    private PlainConversing(final Sockets sockets) {
        this.sockets = sockets;
        servers.execute(this::acceptAll);
    }

    /** Java's sockets, and their input and output streams. */
    static Conversing sockets() throws IOException {
        final ServerSocket listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new PlainConversing(
                new Sockets() {
                    @Override
                    public Talk connect() throws IOException {
                        return talk(new Socket(listener.getInetAddress(), listener.getLocalPort()));
                    }

                    @Override
                    public Talk accept() throws IOException {
                        return talk(listener.accept());
                    }

                    private Talk talk(final Socket socket) throws IOException {
                        socket.setTcpNoDelay(true);
                        return new SocketTalk(socket);
                    }

                    @Override
                    public void close() throws IOException {
                        listener.close();
                    }
                });
    }

    /** Channels that block, and direct buffers: fewer copies, and the least that Java can do. */
    static Conversing channels() throws IOException {
        final ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new PlainConversing(
                new Sockets() {
                    @Override
                    public Talk connect() throws IOException {
                        return talk(SocketChannel.open(listener.getLocalAddress()));
                    }

                    @Override
                    public Talk accept() throws IOException {
                        return talk(listener.accept());
                    }

                    private Talk talk(final SocketChannel channel) throws IOException {
                        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                        return new ChannelTalk(channel);
                    }

                    @Override
                    public void close() throws IOException {
                        listener.close();
                    }
                });
    }

    private void acceptAll() {
        try {
            while (true) {
                final Talk talk = sockets.accept();
                servers.execute(() -> answer(talk));
            }
        } catch (final IOException e) {
            if (!closing) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Answers until the client has had enough. */
    private static void answer(final Talk talk) {
        final Conversation conversation = new Conversation();
        try (talk) {
            while (true) {
                conversation.answer(talk);
            }
        } catch (final IOException | UncheckedIOException e) {
            // The client has had enough.
        }
    }

    @Override
    Talk connect() throws IOException {
        return sockets.connect();
    }

    @Override
    void stopServing() throws IOException {
        closing = true;
        sockets.close();
    }
}
