// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.testkit.Pump;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One end of a link that does as the test tells it, on the test's thread. Every wait has a
 * deadline.
 */
final class RawPeer implements AutoCloseable {
    private static final int CHUNK = 1 << 16;
    private static final long SOON_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    /** What was read and not looked at, from its position to its limit. */
    private ByteBuffer unread = ByteBuffer.allocate(CHUNK).limit(0);

    private boolean ended;

    /** What was received, as it came. */
    record Frame(int type, int flags, int credits, long id, int room, byte[] payload) {
        @Override
        public String toString() {
            return "%s[flags=%d credits=%d length=%d id=%d room=%d]"
                    .formatted(FrameType.name(type), flags, credits, payload.length, id, room);
        }
    }

    /** A frame's header, its payload unread. */
    record Head(int type, long id, int length) {}

    RawPeer(final SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, SelectionKey.OP_READ);
    }

    static RawPeer connect(final Net net, final URI uri) throws IOException {
        return new RawPeer(net.connect(uri));
    }

    /** Connects and says HELLO, and returns when it is accepted. */
    static RawPeer join(final Net net, final URI uri) throws IOException {
        final RawPeer peer = connect(net, uri);
        peer.send(Frames.hello("/hostile"));
        assertThat(peer.receive().type()).as("the answer to HELLO").isEqualTo(FrameType.HELLO);
        return peer;
    }

    SocketChannel channel() {
        return channel;
    }

    /** Sends all of it; fails if the other side doesn't take it. */
    void send(final byte... bytes) throws IOException {
        final ByteBuffer buffer = ByteBuffer.wrap(bytes);
        final long start = System.nanoTime();
        while (buffer.hasRemaining()) {
            if (writeSome(buffer) == 0) {
                await(SelectionKey.OP_WRITE, "the other side to read", start);
            }
        }
    }

    /** Sends, also where the other side may have closed the link by now. */
    void sendInVain(final byte... bytes) {
        try {
            send(bytes);
        } catch (final IOException e) {
            // As expected of one who is thrown out.
        }
    }

    /** Sends as much as the link takes now; returns how many bytes. */
    int sendWhatFits(final byte... bytes) throws IOException {
        final ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining() && writeSome(buffer) > 0) {
            // more fits
        }
        return buffer.position();
    }

    /** In pieces: the JVM keeps a buffer as large as the largest write of each thread. */
    private int writeSome(final ByteBuffer buffer) throws IOException {
        final int end = buffer.limit();
        try {
            return channel.write(buffer.limit(Math.min(end, buffer.position() + CHUNK)));
        } finally {
            buffer.limit(end);
        }
    }

    /** The next frame. */
    Frame receive() throws IOException {
        final Frame frame = receiveOrEnd();
        if (frame == null) {
            throw new AssertionError("the link has ended, where a frame was expected");
        }
        return frame;
    }

    /** The next frame that isn't a KEEPALIVE, or null if the link has ended or is reset. */
    Frame receiveOrEnd() throws IOException {
        while (true) {
            final ByteBuffer header = take(FrameHeader.LENGTH);
            if (header == null) {
                return null;
            }
            final FrameHeader view = new FrameHeader().readFrom(header, 0);
            final int length = view.payloadLength();
            final int type = view.type();
            final ByteBuffer payload = take(length);
            if (payload == null) {
                return null;
            }
            if (type != FrameType.KEEPALIVE) {
                return new Frame(
                        type,
                        view.flags(),
                        view.credits(),
                        view.transactionId(),
                        view.room(),
                        payload.array());
            }
        }
    }

    /** The next frame's header; its payload is left where it is. */
    Head receiveHead() throws IOException {
        final ByteBuffer header = take(FrameHeader.LENGTH);
        if (header == null) {
            throw new AssertionError("the link has ended, where a frame was expected");
        }
        final FrameHeader view = new FrameHeader().readFrom(header, 0);
        return new Head(view.type(), view.transactionId(), view.payloadLength());
    }

    /** The next frame's header if it comes soon, else null. */
    Head headIfAny() throws IOException {
        final long end = System.nanoTime() + SOON_NS;
        while (!unread.hasRemaining() && System.nanoTime() < end) {
            final int read = channel.read(unread.clear());
            unread.flip();
            if (read < 0) {
                unread.limit(0);
                return null;
            }
        }
        return unread.hasRemaining() ? receiveHead() : null;
    }

    /** Reads so many bytes and throws them away. */
    void skip(final int length) throws IOException {
        if (take(length) == null) {
            throw new AssertionError("the link has ended, where more bytes were expected");
        }
    }

    /** All frames until the link ends. */
    List<Frame> receiveAll() throws IOException {
        final List<Frame> all = new ArrayList<>();
        for (Frame frame = receiveOrEnd(); frame != null; frame = receiveOrEnd()) {
            all.add(frame);
        }
        return all;
    }

    /** The other side says why it ends the link, last of all, and ends it. */
    void expectGoodbye(final EventReason reason) throws IOException {
        final List<Frame> frames = receiveAll();
        assertThat(frames).as("what is told before the link ends").isNotEmpty();
        final Frame last = frames.get(frames.size() - 1);
        assertThat(last.type())
                .as("the type of the last of %s", frames)
                .isEqualTo(FrameType.GOODBYE);
        assertThat(EventReason.of(last.room())).as("the reason in %s", last).isEqualTo(reason);
    }

    /** The other side ends the link and says nothing. */
    void expectSilentEnd() throws IOException {
        assertThat(receiveAll()).as("what a stranger is told").isEmpty();
    }

    private ByteBuffer take(final int length) throws IOException {
        final ByteBuffer taken = ByteBuffer.allocate(length);
        final long start = System.nanoTime();
        while (taken.hasRemaining()) {
            if (!unread.hasRemaining() && !fill(start)) {
                return null;
            }
            final int part = Math.min(unread.remaining(), taken.remaining());
            taken.put(unread.slice(unread.position(), part));
            unread.position(unread.position() + part);
        }
        return taken.flip();
    }

    private boolean fill(final long start) {
        if (ended) {
            return false;
        }
        try {
            int read;
            while ((read = channel.read(unread.clear())) == 0) {
                await(SelectionKey.OP_READ, "the other side to say something or end", start);
            }
            ended = read < 0;
        } catch (final IOException e) {
            // A reset is an end, too.
            ended = true;
        }
        unread.flip();
        if (ended) {
            unread.limit(0);
        }
        return !ended;
    }

    private void await(final int interest, final String what, final long start) throws IOException {
        if (System.nanoTime() - start > Pump.LIMIT_NS) {
            throw new AssertionError("in vain waited for " + what);
        }
        key.interestOps(interest);
        selector.select(TimeUnit.NANOSECONDS.toMillis(Pump.LIMIT_NS));
        selector.selectedKeys().clear();
    }

    /** Says that nothing more is coming, and still listens. */
    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** Resets the connection, where there is such a thing; else closes it. */
    void reset() throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
            selector.close();
            channel.configureBlocking(true);
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        selector.close();
    }
}
