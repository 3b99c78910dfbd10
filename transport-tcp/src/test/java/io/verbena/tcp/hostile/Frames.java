// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.nio.ByteBuffer;
import java.util.Random;

/** Frames as bytes, right ones and wrong ones. */
final class Frames {
    static final int WINDOW = 4;
    static final int MAX_PAYLOAD = 16 << 20;
    static final int NO_KEEPALIVE = 0;

    private Frames() {}

    /** Any frame; the header says {@code payloadLength}, whatever payload follows. */
    static byte[] frame(
            final int type,
            final int flags,
            final int credits,
            final int payloadLength,
            final long id,
            final int room,
            final byte... payload) {
        final ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.LENGTH + payload.length);
        new FrameHeader().set(type, flags, credits, payloadLength, id, room).writeTo(bytes, 0);
        bytes.put(FrameHeader.LENGTH, payload);
        return bytes.array();
    }

    /** A control frame without payload. */
    static byte[] control(final int type, final int credits, final long id, final int room) {
        return frame(type, 0, credits, 0, id, room);
    }

    /** A client's HELLO. */
    static byte[] hello(final String path) {
        return hello(path, NO_KEEPALIVE);
    }

    static byte[] hello(final String path, final int keepaliveMs) {
        return hello(path.getBytes(UTF_8), keepaliveMs);
    }

    static byte[] hello(final byte[] path, final int keepaliveMs) {
        return hello(0, path.length, 0, keepaliveMs, MAX_PAYLOAD, path);
    }

    /** A server's HELLO. */
    static byte[] accept(final int credits, final int window) {
        return accept(credits, window, NO_KEEPALIVE);
    }

    static byte[] accept(final int credits, final int window, final int keepaliveMs) {
        return hello(credits, 0, window, keepaliveMs, MAX_PAYLOAD);
    }

    static byte[] hello(
            final int credits,
            final int payloadLength,
            final int window,
            final int keepaliveMs,
            final int maxPayload,
            final byte... payload) {
        final ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.LENGTH + payload.length);
        Hello.set(new FrameHeader(), 0, credits, payloadLength, window, keepaliveMs, maxPayload)
                .writeTo(bytes, 0);
        bytes.put(FrameHeader.LENGTH, payload);
        return bytes.array();
    }

    /** A HELLO of another version. */
    static byte[] helloOfVersions(final int lowest, final int highest) {
        final byte[] bytes = hello("/hostile");
        bytes[16] = (byte) lowest;
        bytes[17] = (byte) highest;
        return bytes;
    }

    /** A request of so many bytes. */
    static byte[] request(final long id, final int room, final int length) {
        return frame(FrameType.REQUEST, 0, 0, length, id, room, new byte[length]);
    }

    static byte[] response(final long id, final int credits, final int length) {
        return frame(FrameType.RESPONSE, 0, credits, length, id, 0, new byte[length]);
    }

    static byte[] goodbye(final int code) {
        return control(FrameType.GOODBYE, 0, 0, code);
    }

    /** What a TLS 1.2 or 1.3 client says first: record header, then a ClientHello. */
    static byte[] tlsClientHello() {
        final byte[] bytes = new byte[220];
        new Random(1).nextBytes(bytes);
        final byte[] start = {0x16, 3, 1, 0, (byte) 215, 1, 0, 0, (byte) 211, 3, 3};
        System.arraycopy(start, 0, bytes, 0, start.length);
        return bytes;
    }

    static byte[] httpRequest() {
        return "GET /index.html HTTP/1.1\r\nHost: server.example:9400\r\nAccept: */*\r\n\r\n"
                .getBytes(UTF_8);
    }

    static byte[] concat(final byte[]... parts) {
        int length = 0;
        for (final byte[] part : parts) {
            length += part.length;
        }
        final ByteBuffer all = ByteBuffer.allocate(length);
        for (final byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }
}
