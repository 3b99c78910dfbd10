// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.SharedSecret;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A portal's half of the proof that both ends know a secret: asks for it, checks it, gives its own.
 */
final class ServerProof {
    private final List<SharedSecret> secrets;
    private final byte[] clientHello;
    private final byte[] nonce = Transcript.nonce();
    private @Nullable SharedSecret key;

    ServerProof(final List<SharedSecret> secrets, final byte[] clientHello) {
        this.secrets = secrets;
        this.clientHello = clientHello;
    }

    /** The payload of CHALLENGE. */
    byte[] challenge() {
        return nonce;
    }

    /** Has the client proved that it knows a secret? */
    boolean isGiven() {
        return key != null;
    }

    /**
     * Checks the client's proof against each of the secrets.
     *
     * @param proof the payload of PROOF, {@link Proof#CLIENT_LENGTH} bytes.
     * @return whether it is right.
     */
    boolean check(final byte[] proof) {
        final byte[] clientNonce = Arrays.copyOf(proof, Proof.NONCE_LENGTH);
        final byte[] mac = Arrays.copyOfRange(proof, Proof.NONCE_LENGTH, proof.length);
        final Transcript transcript = new Transcript(clientHello, nonce, clientNonce);
        for (final SharedSecret secret : secrets) {
            try {
                if (!secret.isClosed()
                        && MessageDigest.isEqual(transcript.clientMac(secret), mac)) {
                    key = transcript.serverKey(secret);
                    return true;
                }
            } catch (final IllegalStateException e) {
                // Closed by another thread just now: as if it had been before.
            }
        }
        return false;
    }

    /**
     * The payload of a HELLO with this side's proof in front.
     *
     * @param hello the HELLO's header, complete but for the feature bit.
     * @param payload what the payload is otherwise.
     */
    byte[] prove(final FrameHeader hello, final byte[] payload) {
        final SharedSecret given = key;
        if (given == null) {
            throw new AssertionError("the client is to prove first");
        }
        Hello.addFeatures(hello, Hello.FEATURE_AUTHENTICATION);
        final byte[] mac = given.hmacSha256(Transcript.helloOf(hello, payload));
        // It was for this one.
        given.close();
        final byte[] whole = Arrays.copyOf(mac, mac.length + payload.length);
        System.arraycopy(payload, 0, whole, mac.length, payload.length);
        return whole;
    }
}
