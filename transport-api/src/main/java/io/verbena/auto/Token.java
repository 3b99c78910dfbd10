// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * What joins a data connection to its control connection: 128 random bits, good once.
 *
 * <p>On the data connection it is the HELLO's payload, in the form of a query ({@code ?t=} and
 * base64url of RFC 4648), of a length that fits into the private data of an RDMA connection
 * request.
 */
final class Token {
    /** Bytes, in an OFFER. */
    static final int LENGTH = 16;

    /** Bytes, as the payload of a HELLO. */
    static final int PRESENTED_LENGTH = 25;

    private static final String PREFIX = "?t=";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bits;
    private final byte[] presented;

    private Token(final byte[] bits) {
        this.bits = bits;
        final String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        presented = (PREFIX + text).getBytes(StandardCharsets.US_ASCII);
    }

    static Token random() {
        final byte[] bits = new byte[LENGTH];
        RANDOM.nextBytes(bits);
        return new Token(bits);
    }

    /** The token that begins an OFFER's payload. */
    static Token of(final byte[] offer) {
        return new Token(Arrays.copyOf(offer, LENGTH));
    }

    byte[] bits() {
        return bits.clone();
    }

    /** The payload of the HELLO that presents it. */
    byte[] presented() {
        return presented.clone();
    }

    /** Is it this one? Takes the same time whatever differs. */
    boolean isPresentedBy(final byte[] payload) {
        return MessageDigest.isEqual(presented, payload);
    }

    /** Nothing of it is shown: who reads a log is not to use it. */
    @Override
    public String toString() {
        return "Token";
    }
}
