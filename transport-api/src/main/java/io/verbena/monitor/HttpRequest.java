// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.verbena.monitor.Port.Ready;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A connection with one request: read to the end of its header, answered, and closed. */
final class HttpRequest implements Ready {
    /** Prometheus' have some hundred bytes. */
    private static final int MOST_BYTES = 8 << 10;

    private final MetricsPort port;
    private final SocketChannel channel;
    private final long deadlineNs;
    private final ByteBuffer request = ByteBuffer.allocate(MOST_BYTES);

    /** From the end of the request on. */
    private @Nullable ByteBuffer answer;

    private boolean answered;

    HttpRequest(final MetricsPort port, final SocketChannel channel, final long deadlineNs) {
        this.port = port;
        this.channel = channel;
        this.deadlineNs = deadlineNs;
    }

    void register(final Selector selector) throws ClosedChannelException {
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    long deadlineNs() {
        return deadlineNs;
    }

    @Override
    public void onReady(final SelectionKey key) {
        try {
            if (answered) {
                drain();
            } else if (answer == null) {
                read(key);
            } else {
                write(key);
            }
        } catch (final IOException e) {
            // It has gone; it may ask again.
            close();
        }
    }

    private void read(final SelectionKey key) throws IOException {
        if (channel.read(request) < 0) {
            close();
            return;
        }
        final String text = new String(request.array(), 0, request.position(), ISO_8859_1);
        if (text.contains("\r\n\r\n") || text.contains("\n\n")) {
            answer = answerTo(text.lines().findFirst().orElse(""));
            write(key);
        } else if (!request.hasRemaining()) {
            answer =
                    HttpAnswer.text("431 Request Header Fields Too Large", "that is too much\n")
                            .encode(true);
            write(key);
        }
    }

    private ByteBuffer answerTo(final String line) {
        final String[] words = line.split(" ", -1);
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            return HttpAnswer.text("400 Bad Request", "that is no request of HTTP/1.1\n")
                    .encode(true);
        }
        final int query = words[1].indexOf('?');
        final String path = query < 0 ? words[1] : words[1].substring(0, query);
        return port.answer(words[0], path).encode(!words[0].equals("HEAD"));
    }

    private void write(final SelectionKey key) throws IOException {
        final ByteBuffer left = answer;
        if (left == null) {
            return;
        }
        channel.write(left);
        if (left.hasRemaining()) {
            key.interestOps(SelectionKey.OP_WRITE);
            return;
        }
        answered = true;
        // A close with something unread would be a reset, and take the answer with it (RFC 9112,
        // 9.6).
        channel.shutdownOutput();
        key.interestOps(SelectionKey.OP_READ);
    }

    /** Reads until the other side has closed, too. */
    private void drain() throws IOException {
        if (channel.read(request.clear()) < 0) {
            close();
        }
    }

    void close() {
        Port.closeQuietly(channel);
        port.forget(this);
    }
}
