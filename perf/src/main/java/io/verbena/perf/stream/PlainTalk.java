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

/**
 * A blocking socket as OpenJ9 uses one: a message is written by one call, and read by one if it has
 * arrived whole.
 */
abstract class PlainTalk implements Talk {
    private final ByteBuffer outgoing;
    private final ByteBuffer incoming;
    private final MessageBuffer buffer =
            new MessageBuffer(Conversation.MOST_BYTES, ByteOrder.LITTLE_ENDIAN);
    private final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
    private final MessageReader reader = new MessageReader(MessageLimits.defaults());

    /** Both have room for the longest message. */
    PlainTalk(final ByteBuffer outgoing, final ByteBuffer incoming) {
        this.outgoing = outgoing;
        this.incoming = incoming.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes all of it. */
    abstract void write(ByteBuffer from) throws IOException;

    /** Reads what is there, and waits if there is nothing; below 0 at the end. */
    abstract int read(ByteBuffer into) throws IOException;

    abstract void closeSocket() throws IOException;

    @Override
    public final MessageWriter begin(final int type) {
        buffer.begin(outgoing.clear());
        return writer.begin(type);
    }

    @Override
    public final void send() {
        outgoing.position(0).limit(writer.finish());
        try {
            write(outgoing);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public final int read() {
        incoming.clear();
        try {
            int size = Integer.MAX_VALUE;
            while (incoming.position() < size) {
                if (read(incoming) < 0) {
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
    public final MessageReader in() {
        return reader;
    }

    @Override
    public final void close() throws IOException {
        buffer.close();
        closeSocket();
    }
}
