// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** By a channel that blocks, and direct buffers. */
final class ChannelTalk extends PlainTalk {
    private final SocketChannel channel;

    ChannelTalk(final SocketChannel channel) {
        super(
                ByteBuffer.allocateDirect(Conversation.MOST_BYTES),
                ByteBuffer.allocateDirect(Conversation.MOST_BYTES));
        this.channel = channel;
    }

    @Override
    void write(final ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            channel.write(from);
        }
    }

    @Override
    int read(final ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    void closeSocket() throws IOException {
        channel.close();
    }
}
