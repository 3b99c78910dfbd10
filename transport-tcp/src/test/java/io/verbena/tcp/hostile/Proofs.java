// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.verbena.SharedSecret;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The proofs of docs/WIRE.md, written from the document and not from the engine. */
final class Proofs {
    static final byte[] SECRET = "what nobody else knows, on the wire or off".getBytes(UTF_8);
    private static final int FEATURES = 20;

    private Proofs() {}

    static SharedSecret secret() {
        return SharedSecret.of(SECRET);
    }

    /** A HELLO that says that its sender knows a secret. */
    static byte[] withBit(final byte[] hello) {
        final byte[] changed = hello.clone();
        changed[FEATURES] |= 1;
        return changed;
    }

    static byte[] challenge(final byte[] nonce) {
        return Frames.frame(FrameType.CHALLENGE, 0, 0, nonce.length, 0, 0, nonce);
    }

    static byte[] proof(final byte[] payload) {
        return Frames.frame(FrameType.PROOF, 0, 0, payload.length, 0, 0, payload);
    }

    /** A client's PROOF. */
    static byte[] proof(
            final byte[] clientHello, final byte[] serverNonce, final byte[] clientNonce) {
        return proof(
                Frames.concat(
                        clientNonce,
                        hmac(
                                SECRET,
                                "Verbena 1 client".getBytes(US_ASCII),
                                serverNonce,
                                clientNonce,
                                clientHello)));
    }

    /** A server's HELLO with its proof; the given one has none, and nor has its length. */
    static byte[] proved(
            final byte[] hello,
            final byte[] clientHello,
            final byte[] serverNonce,
            final byte[] clientNonce) {
        final byte[] whole = withRoomForProof(hello);
        final byte[] mac = serverMac(without(whole), clientHello, serverNonce, clientNonce);
        System.arraycopy(mac, 0, whole, FrameHeader.LENGTH, mac.length);
        return whole;
    }

    /** The same with a proof of zeros. */
    static byte[] withRoomForProof(final byte[] hello) {
        final byte[] whole = new byte[hello.length + 32];
        System.arraycopy(hello, 0, whole, 0, FrameHeader.LENGTH);
        System.arraycopy(
                hello,
                FrameHeader.LENGTH,
                whole,
                FrameHeader.LENGTH + 32,
                hello.length - FrameHeader.LENGTH);
        whole[4] = (byte) (whole[4] + 32);
        whole[FEATURES] |= 1;
        return whole;
    }

    /** A server's MAC. */
    static byte[] serverMac(
            final byte[] helloWithoutMac,
            final byte[] clientHello,
            final byte[] serverNonce,
            final byte[] clientNonce) {
        final byte[] key =
                hmac(
                        SECRET,
                        "Verbena 1 server".getBytes(US_ASCII),
                        serverNonce,
                        clientNonce,
                        clientHello);
        return hmac(key, helloWithoutMac);
    }

    private static byte[] without(final byte[] hello) {
        return Frames.concat(
                Arrays.copyOf(hello, FrameHeader.LENGTH),
                Arrays.copyOfRange(hello, FrameHeader.LENGTH + 32, hello.length));
    }

    static byte[] hmac(final byte[] key, final byte[]... parts) {
        try {
            final Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(Frames.concat(parts));
            return mac.doFinal();
        } catch (final GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
