// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.stream.MessageBuffer;
import io.verbena.stream.MessageLimits;
import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Like {@link ChannelTalk}, by the streams of a {@link Socket} and arrays. */
final class SocketTalk implements Conversing.ClosableTalk {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final ByteBuffer outgoing = ByteBuffer.allocate(Conversation.MOST_BYTES);
    private final ByteBuffer incoming =
            ByteBuffer.allocate(Conversation.MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final MessageBuffer buffer =
            new MessageBuffer(Conversation.MOST_BYTES, ByteOrder.LITTLE_ENDIAN);
    private final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
    private final MessageReader reader = new MessageReader(MessageLimits.defaults());

    SocketTalk(final Socket socket) throws IOException {
        this.socket = socket;
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    @Override
    public MessageWriter begin(final int type) {
        buffer.begin(outgoing.clear());
        return writer.begin(type);
    }

    @Override
    public void send() {
        try {
            out.write(outgoing.array(), 0, writer.finish());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int read() {
        final byte[] bytes = incoming.array();
        int have = 0;
        try {
            int size = Integer.MAX_VALUE;
            while (have < size) {
                final int read = in.read(bytes, have, bytes.length - have);
                if (read < 0) {
                    throw new EOFException("the peer has closed");
                }
                have += read;
                if (have >= Integer.BYTES) {
                    size = MessageReader.sizeOf(incoming, 0, Conversation.MOST_BYTES);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return reader.wrap(incoming, 0, have).type();
    }

    @Override
    public MessageReader in() {
        return reader;
    }

    @Override
    public void close() throws IOException {
        buffer.close();
        socket.close();
    }
}
