// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * TLS by an {@link SSLEngine}: several records leave in one system call, and several arrive in one.
 * As with the rest of the raw pair there is no error handling to speak of, and whoever ends just
 * closes the channel.
 */
final class TlsLink implements Link {

    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    private final SocketChannel channel;
    private final SSLEngine engine;

    /** Received, and not yet decrypted: from position to limit. */
    private final ByteBuffer netIn;

    /** Encrypted, and not yet sent: from 0 to position. */
    private final ByteBuffer netOut;

    /** Decrypted beyond what the reader's buffers had room for: from position to limit. */
    private final ByteBuffer surplus;

    private final ByteBuffer[] single = new ByteBuffer[1];
    private final int recordSize;

    /** Of a read into several buffers: those, and the surplus. */
    private ByteBuffer[] withSurplus = new ByteBuffer[0];

    private boolean wantsMore = true;

    private TlsLink(final SocketChannel channel, final SSLEngine engine, final int bulk) {
        this.channel = channel;
        this.engine = engine;
        recordSize = engine.getSession().getPacketBufferSize();
        final int size = Math.max(recordSize, bulk);
        netIn = ByteBuffer.allocateDirect(size).limit(0);
        netOut = ByteBuffer.allocateDirect(size);
        surplus = ByteBuffer.allocateDirect(recordSize);
    }

    /** Shakes hands over a blocking channel. */
    static Link over(final SocketChannel channel, final SSLEngine engine, final int bulk)
            throws IOException {
        final TlsLink link = new TlsLink(channel, engine, bulk);
        link.shakeHands();
        TlsPair.check(engine);
        return link;
    }

    private void shakeHands() throws IOException {
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.FINISHED && status != HandshakeStatus.NOT_HANDSHAKING) {
            switch (status) {
                case NEED_TASK -> {
                    engine.getDelegatedTask().run();
                    status = engine.getHandshakeStatus();
                }
                case NEED_WRAP -> {
                    status = engine.wrap(NOTHING, netOut).getHandshakeStatus();
                    flush();
                }
                default -> {
                    final SSLEngineResult result = engine.unwrap(netIn, surplus);
                    status = result.getHandshakeStatus();
                    // BoringSSL's may want to say something first.
                    final boolean wantsMoreNow =
                            result.getStatus() == Status.BUFFER_UNDERFLOW
                                    && status == HandshakeStatus.NEED_UNWRAP;
                    if (wantsMoreNow && fill() < 0) {
                        throw new EOFException("the other end closed the connection");
                    }
                }
            }
        }
        surplus.flip();
        // The first messages may have come with the handshake's last.
        wantsMore = !netIn.hasRemaining();
    }

    private int fill() throws IOException {
        netIn.compact();
        try {
            final int count = channel.read(netIn);
            if (count < 0 && netIn.position() > 0) {
                throw new EOFException("the other end closed the connection within a record");
            }
            return count;
        } finally {
            netIn.flip();
        }
    }

    @Override
    public int surplus() {
        return netIn.capacity();
    }

    @Override
    public int read(final ByteBuffer to) throws IOException {
        if (surplus.hasRemaining()) {
            return take(surplus, to); // it came with the end of the handshake
        }
        if (wantsMore) {
            final int filled = fill();
            if (filled <= 0) {
                return filled;
            }
        }
        single[0] = to;
        return unwrap(single, to);
    }

    @Override
    public long read(final ByteBuffer[] to) throws IOException {
        long count = 0;
        for (final ByteBuffer buffer : to) {
            count += take(surplus, buffer);
        }
        if (surplus.hasRemaining()) {
            return count;
        }
        if (wantsMore) {
            final int filled = fill();
            if (filled <= 0) {
                return filled < 0 ? filled : count;
            }
        }
        surplus.clear();
        count += unwrap(plusSurplus(to), to[to.length - 1]);
        surplus.flip();
        return count;
    }

    private static int take(final ByteBuffer from, final ByteBuffer to) {
        final int count = Math.min(from.remaining(), to.remaining());
        to.put(to.position(), from, from.position(), count).position(to.position() + count);
        from.position(from.position() + count);
        return count;
    }

    private ByteBuffer[] plusSurplus(final ByteBuffer[] to) {
        if (withSurplus.length != to.length + 1) {
            withSurplus = new ByteBuffer[to.length + 1];
        }
        System.arraycopy(to, 0, withSurplus, 0, to.length);
        withSurplus[to.length] = surplus;
        return withSurplus;
    }

    /** Decrypts whole records until what the reader asked for is full. */
    private int unwrap(final ByteBuffer[] to, final ByteBuffer last) throws SSLException {
        int count = 0;
        wantsMore = !netIn.hasRemaining();
        while (!wantsMore && last.hasRemaining()) {
            final SSLEngineResult result = engine.unwrap(netIn, to, 0, to.length);
            switch (result.getStatus()) {
                case OK -> {
                    count += result.bytesProduced();
                    wantsMore = !netIn.hasRemaining();
                }
                case BUFFER_UNDERFLOW -> wantsMore = true;
                case BUFFER_OVERFLOW -> throw new SSLException("no room for a record");
                default -> {
                    return -1;
                }
            }
        }
        return count;
    }

    @Override
    public boolean pending() {
        return surplus.hasRemaining() || !wantsMore;
    }

    @Override
    public void write(final ByteBuffer from) throws IOException {
        single[0] = from;
        write(single);
    }

    @Override
    public void write(final ByteBuffer[] from) throws IOException {
        final ByteBuffer last = from[from.length - 1];
        while (last.hasRemaining()) {
            if (netOut.remaining() < recordSize && !flush() && netOut.remaining() < recordSize) {
                return;
            }
            engine.wrap(from, netOut);
        }
        flush();
    }

    @Override
    public boolean flush() throws IOException {
        if (netOut.position() > 0) {
            channel.write(netOut.flip());
            netOut.compact();
        }
        return netOut.position() == 0;
    }

    @Override
    public void close() throws IOException {
        ReferenceCountUtil.release(engine); // BoringSSL's has memory of its own
        channel.close();
    }
}
