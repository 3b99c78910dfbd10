// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.verbena.SharedSecret;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * What client and server have said when they prove that they know a secret: both HELLOs and a
 * random number of each. A proof is of this and of the prover's role, so it is good for one session
 * and one direction, and what was changed on the way doesn't pass. See docs/WIRE.md.
 */
final class Transcript {
    /** Of the same length, so that no label is the beginning of another. */
    private static final byte[] CLIENT_LABEL = "Verbena 1 client".getBytes(US_ASCII);

    private static final byte[] SERVER_LABEL = "Verbena 1 server".getBytes(US_ASCII);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] clientHello;
    private final byte[] serverNonce;
    private final byte[] clientNonce;

    Transcript(final byte[] clientHello, final byte[] serverNonce, final byte[] clientNonce) {
        this.clientHello = clientHello;
        this.serverNonce = serverNonce;
        this.clientNonce = clientNonce;
    }

    static byte[] nonce() {
        final byte[] nonce = new byte[Proof.NONCE_LENGTH];
        RANDOM.nextBytes(nonce);
        return nonce;
    }

    /**
     * A HELLO as it is proved: of its feature bits only the one that asks for the proof, as the
     * others are the link's to set and to take away.
     *
     * @param header its header.
     * @param payload its payload, but for a server's proof.
     */
    static byte[] helloOf(final FrameHeader header, final byte[] payload) {
        final byte[] hello = new byte[FrameHeader.LENGTH + payload.length];
        final ByteBuffer bytes = ByteBuffer.wrap(hello).put(FrameHeader.LENGTH, payload);
        Hello.keepFeatures(new FrameHeader().set(header), Hello.FEATURE_AUTHENTICATION)
                .writeTo(bytes, 0);
        return hello;
    }

    /** The client's proof. */
    byte[] clientMac(final SharedSecret secret) {
        return secret.hmacSha256(CLIENT_LABEL, serverNonce, clientNonce, clientHello);
    }

    /**
     * What the server's HELLO is proved with. The server computes it when it has seen the client's
     * proof, so that a secret may be closed between that and its answer.
     */
    SharedSecret serverKey(final SharedSecret secret) {
        return SharedSecret.of(
                secret.hmacSha256(SERVER_LABEL, serverNonce, clientNonce, clientHello));
    }
}
