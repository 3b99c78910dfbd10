// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;

/** By the streams of a {@link Socket}, and arrays. */
final class SocketTalk extends PlainTalk {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    SocketTalk(final Socket socket) throws IOException {
        super(
                ByteBuffer.allocate(Conversation.MOST_BYTES),
                ByteBuffer.allocate(Conversation.MOST_BYTES));
        this.socket = socket;
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    @Override
    void write(final ByteBuffer from) throws IOException {
        out.write(from.array(), from.position(), from.remaining());
    }

    @Override
    int read(final ByteBuffer into) throws IOException {
        final int read = in.read(into.array(), into.position(), into.remaining());
        if (read > 0) {
            into.position(into.position() + read);
        }
        return read;
    }

    @Override
    void closeSocket() throws IOException {
        socket.close();
    }
}
