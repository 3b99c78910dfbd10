// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.EventReason;
import io.verbena.SessionClosed;
import io.verbena.SessionOptions;
import io.verbena.spi.Connection;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a HELLO says beside its numbers, and what can be wrong with it. */
final class Greeting {
    /** Of a rejection's payload, the bytes before the text. */
    private static final int CODE_LENGTH = 2;

    private Greeting() {}

    /**
     * The path and query that a client sends. A URI without authority has its address in its path.
     */
    static byte[] encode(final URI uri) {
        final String path =
                uri.getRawAuthority() == null || uri.getRawPath() == null ? "" : uri.getRawPath();
        final String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        final byte[] bytes = (path + query).getBytes(UTF_8);
        if (bytes.length > Hello.MAX_PAYLOAD) {
            throw new IllegalArgumentException(
                    "path and query of the URI have %d bytes, and may have %d at most: %.80s..."
                            .formatted(bytes.length, Hello.MAX_PAYLOAD, uri));
        }
        return bytes;
    }

    /** The other way; null if it is neither UTF-8 nor a path and query. */
    static @Nullable String decode(final byte[] payload) {
        try {
            final String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
            return text.isEmpty() || text.startsWith("/") || text.startsWith("?") ? text : null;
        } catch (final CharacterCodingException e) {
            return null;
        }
    }

    /** A portal's URI with a client's path and query; null if that is no URI. */
    static @Nullable URI resolve(final URI portal, final String pathAndQuery) {
        final String authority = portal.getRawAuthority();
        try {
            final URI whole =
                    new URI(
                            portal.getScheme()
                                    + "://"
                                    + (authority == null ? "nobody" : authority)
                                    + pathAndQuery);
            if (whole.getRawFragment() != null) {
                // It is the client's own affair (RFC 3986, 3.5), and never sent.
                return null;
            }
            if (authority != null) {
                return whole;
            }
            // A portal without authority has its address in its path: not for clients to name.
            final String query = whole.getRawQuery();
            return query == null ? portal : new URI(portal + "?" + query);
        } catch (final java.net.URISyntaxException e) {
            return null;
        }
    }

    static byte[] encodeRejection(final int code, final String data) {
        final byte[] text = data.getBytes(UTF_8);
        if (code < 0 || code > 0xffff || text.length > Hello.MAX_PAYLOAD - CODE_LENGTH) {
            throw new IllegalArgumentException(
                    "a rejection has a code from 0 to 65535 and %d bytes of text at most, not %d and %d"
                            .formatted(Hello.MAX_PAYLOAD - CODE_LENGTH, code, text.length));
        }
        final byte[] payload = new byte[CODE_LENGTH + text.length];
        payload[0] = (byte) code;
        payload[1] = (byte) (code >>> 8);
        System.arraycopy(text, 0, payload, CODE_LENGTH, text.length);
        return payload;
    }

    static SessionClosed rejection(final byte[] payload, final String remoteAddress) {
        int code = 0;
        String text = "";
        if (payload.length >= CODE_LENGTH) {
            code = (payload[0] & 0xff) | ((payload[1] & 0xff) << 8);
            text = new String(Arrays.copyOfRange(payload, CODE_LENGTH, payload.length), UTF_8);
        }
        return new SessionClosed(
                EventReason.REJECTED,
                "rejected by %s with code %d: %s".formatted(remoteAddress, code, text),
                code,
                text,
                null);
    }

    /**
     * Sends a server's HELLO, the header of which is written but for what a proof adds.
     *
     * @param link where to.
     * @param hello the header.
     * @param payload its payload.
     * @param proof proves it, if the client is to be proved to.
     */
    static void sendHello(
            final Connection link,
            final FrameHeader hello,
            final byte[] payload,
            final @Nullable ServerProof proof) {
        final byte[] whole = proof == null ? payload : proof.prove(hello, payload);
        // The link takes it: there is nothing else on it.
        link.send(hello, whole.length == 0 ? null : ControlMemory.holding(whole));
    }

    /** Bytes that a proof adds to a server's HELLO. */
    static int proofLength(final @Nullable ServerProof proof) {
        return proof == null ? 0 : Proof.MAC_LENGTH;
    }

    static int keepaliveMs(final SessionOptions options) {
        final long ms = (options.keepaliveIntervalNs() + 999_999) / 1_000_000;
        return (int) Math.min(Integer.MAX_VALUE, ms);
    }

    /**
     * What is wrong with a HELLO of our version; null if nothing.
     *
     * @param hello the HELLO.
     * @param most bytes that its payload may have.
     */
    static @Nullable String wrongInHello(final FrameHeader hello, final int most) {
        if (hello.payloadLength() < 0 || hello.payloadLength() > most) {
            return "a HELLO with a payload of %d bytes, where %d is the most"
                    .formatted(hello.payloadLength() & 0xffffffffL, most);
        }
        if (Hello.maxPayload(hello) < 1 || Hello.keepaliveIntervalMs(hello) < 0) {
            return "a HELLO with numbers out of range: " + hello;
        }
        return null;
    }

    /** Guesses, for people, who it is that speaks to the wrong port. */
    static String describeStranger(final FrameHeader frame) {
        final int first = frame.type();
        final int second = frame.flags();
        if (first == 0x16 && second == 3) {
            return "the peer speaks TLS, and this portal doesn't";
        }
        if (Character.isUpperCase(first) && Character.isUpperCase(second)) {
            return "the peer speaks text (HTTP?), not Verbena's protocol";
        }
        return "the peer's first frame isn't a HELLO of ours but " + frame;
    }
}
