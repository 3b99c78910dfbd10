// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.stream.MessageBuffer;
import io.verbena.stream.MessageLimits;
import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

/**
 * A blocking channel, as OpenJ9 uses a socket: a message is written by one call, and read by one if
 * it has arrived whole.
 */
final class ChannelTalk implements Conversing.ClosableTalk {
    private final SocketChannel socket;
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(Conversation.MOST_BYTES);
    private final ByteBuffer incoming =
            ByteBuffer.allocateDirect(Conversation.MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final MessageBuffer buffer =
            new MessageBuffer(Conversation.MOST_BYTES, ByteOrder.LITTLE_ENDIAN);
    private final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
    private final MessageReader reader = new MessageReader(MessageLimits.defaults());

    ChannelTalk(final SocketChannel socket) {
        this.socket = socket;
    }

    @Override
    public MessageWriter begin(final int type) {
        buffer.begin(outgoing.clear());
        return writer.begin(type);
    }

    @Override
    public void send() {
        outgoing.position(0).limit(writer.finish());
        try {
            while (outgoing.hasRemaining()) {
                socket.write(outgoing);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int read() {
        incoming.clear();
        try {
            int size = Integer.MAX_VALUE;
            while (incoming.position() < size) {
                if (socket.read(incoming) < 0) {
                    throw new EOFException("the peer has closed");
                }
                if (incoming.position() >= Integer.BYTES) {
                    size = MessageReader.sizeOf(incoming, 0, Conversation.MOST_BYTES);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return reader.wrap(incoming, 0, incoming.position()).type();
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
