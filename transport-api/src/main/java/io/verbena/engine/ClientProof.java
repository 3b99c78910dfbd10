// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.SharedSecret;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A client's half of the proof that both ends know a secret: gives its own, checks the server's.
 */
final class ClientProof {
    private final SharedSecret secret;
    private byte[] hello = {};
    private @Nullable SharedSecret serverKey;

    ClientProof(final SharedSecret secret) {
        this.secret = secret;
    }

    /** The client says HELLO with this. */
    void greet(final FrameHeader header, final byte[] payload) {
        Hello.addFeatures(header, Hello.FEATURE_AUTHENTICATION);
        hello = Transcript.helloOf(header, payload);
    }

    /** Has the server asked for the proof? */
    boolean isGiven() {
        return serverKey != null;
    }

    /**
     * The payload of PROOF.
     *
     * @param challenge the payload of CHALLENGE.
     * @throws IllegalStateException if the secret is closed.
     */
    byte[] answer(final byte[] challenge) {
        final byte[] nonce = Transcript.nonce();
        final Transcript transcript = new Transcript(hello, challenge, nonce);
        final byte[] mac = transcript.clientMac(secret);
        serverKey = transcript.serverKey(secret);
        final byte[] answer = Arrays.copyOf(nonce, Proof.CLIENT_LENGTH);
        System.arraycopy(mac, 0, answer, Proof.NONCE_LENGTH, mac.length);
        return answer;
    }

    /**
     * The payload of the server's HELLO without the proof; null if it doesn't prove that the server
     * knows the secret.
     *
     * @param header the HELLO's header.
     * @param payload its payload.
     */
    byte @Nullable [] check(final FrameHeader header, final byte[] payload) {
        final SharedSecret key = serverKey;
        if (key == null
                || (Hello.features(header) & Hello.FEATURE_AUTHENTICATION) == 0
                || payload.length < Proof.MAC_LENGTH) {
            return null;
        }
        final byte[] mac = Arrays.copyOf(payload, Proof.MAC_LENGTH);
        final byte[] rest = Arrays.copyOfRange(payload, Proof.MAC_LENGTH, payload.length);
        final byte[] expected = key.hmacSha256(Transcript.helloOf(header, rest));
        // It was for this one.
        key.close();
        return MessageDigest.isEqual(expected, mac) ? rest : null;
    }
}
