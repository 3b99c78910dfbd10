// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.verbena.TlsOptions;
import io.verbena.testkit.Pump;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/**
 * A client that speaks TLS as badly as the test wants, with the JDK's engine, on the test's thread.
 * Every wait has a deadline.
 */
final class TlsPeer implements AutoCloseable {
    private static final int HANDSHAKE = 22;
    private static final int RECORD_HEADER = 5;
    private static final int LIMIT_MS = (int) TimeUnit.NANOSECONDS.toMillis(Pump.LIMIT_NS);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Socket socket;
    private final SSLEngine engine;

    /** Read from the socket and not unwrapped, up to the position. */
    private final ByteBuffer received;

    /** Unwrapped and not looked at, up to the position. */
    private final ByteBuffer plain;

    private int recordBytes = Integer.MAX_VALUE;

    private TlsPeer(final Socket socket, final SSLEngine engine) {
        this.socket = socket;
        this.engine = engine;
        received = ByteBuffer.allocate(1 << 18);
        plain = ByteBuffer.allocate(1 << 18);
    }

    /** Connects, and has said nothing yet. */
    static TlsPeer connect(final URI portal, final TlsOptions options) throws IOException {
        final Socket socket = new Socket(InetAddress.getLoopbackAddress(), portal.getPort());
        socket.setSoTimeout(LIMIT_MS);
        socket.setTcpNoDelay(true);
        return new TlsPeer(socket, options.newClientEngine("localhost", portal.getPort()));
    }

    /** From now on a record carries at most so many bytes of plaintext. */
    TlsPeer withRecordsOf(final int bytes) {
        recordBytes = bytes;
        return this;
    }

    SSLEngine engine() {
        return engine;
    }

    /** What the client says first, without sending it. */
    static byte[] clientHello(final TlsOptions options) throws IOException {
        final SSLEngine engine = options.newClientEngine("localhost", 1);
        engine.beginHandshake();
        final ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(NOTHING, hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    TlsPeer handshake() throws IOException {
        engine.beginHandshake();
        negotiate();
        return this;
    }

    private void negotiate() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                default -> {
                    return;
                }
            }
        }
    }

    /** Wants to begin anew, as TLS 1.2 allows; says so, and awaits nothing. */
    void renegotiate() throws IOException {
        engine.beginHandshake();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
        }
    }

    void send(final byte... bytes) throws IOException {
        final ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) {
            final int length = Math.min(all.remaining(), recordBytes);
            final ByteBuffer part = all.slice(all.position(), length);
            all.position(all.position() + length);
            while (part.hasRemaining()) {
                wrap(part);
            }
        }
    }

    /** Sends what is no TLS, or the test's idea of it. */
    void sendRaw(final byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Awaits so many bytes. */
    byte[] receive(final int length) throws IOException {
        while (plain.position() < length) {
            unwrap();
        }
        final byte[] bytes = new byte[length];
        plain.flip();
        plain.get(bytes);
        plain.compact();
        return bytes;
    }

    /** What comes that isn't unwrapped, until the other side ends the connection. */
    byte[] receiveRawToTheEnd() throws IOException {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (final java.net.SocketException e) {
            // Reset: there is nothing more.
            return new byte[0];
        }
    }

    /** Ends the stream without a word of TLS. */
    void truncate() throws IOException {
        socket.shutdownOutput();
    }

    private void wrap(final ByteBuffer from) throws IOException {
        final ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        final SSLEngineResult result = engine.wrap(from, record);
        if (result.getStatus() != Status.OK) {
            throw new IOException("wrapping ended with " + result);
        }
        record.flip();
        while (record.hasRemaining()) {
            writeRecord(record);
        }
        socket.getOutputStream().flush();
    }

    /** Handshake messages that aren't encrypted yet may be in any number of records. */
    private void writeRecord(final ByteBuffer records) throws IOException {
        final int start = records.position();
        final int length = records.getShort(start + 3) & 0xffff;
        final byte[] record = new byte[RECORD_HEADER + length];
        records.get(record);
        if (record[0] != HANDSHAKE || recordBytes >= length) {
            socket.getOutputStream().write(record);
            return;
        }
        for (int at = RECORD_HEADER; at < record.length; at += recordBytes) {
            final int part = Math.min(recordBytes, record.length - at);
            final ByteBuffer piece = ByteBuffer.allocate(RECORD_HEADER + part);
            piece.put(record, 0, 3).putShort((short) part).put(record, at, part);
            socket.getOutputStream().write(piece.array());
        }
    }

    private void unwrap() throws IOException {
        received.flip();
        final SSLEngineResult result = engine.unwrap(received, plain);
        received.compact();
        switch (result.getStatus()) {
            case OK -> {}
            case BUFFER_UNDERFLOW -> fill();
            default -> throw new EOFException("unwrapping ended with " + result);
        }
    }

    private void fill() throws IOException {
        final int read =
                socket.getInputStream()
                        .read(received.array(), received.position(), received.remaining());
        if (read < 0) {
            throw new EOFException("the other side has ended the connection");
        }
        received.position(received.position() + read);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
