// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.wire;

/**
 * Lengths of what travels when client and server prove to each other that they know a shared
 * secret. What is computed is told in docs/WIRE.md.
 *
 * <pre>
 *  CHALLENGE          the server's nonce
 *  PROOF              the client's nonce, then its MAC
 *  HELLO of a server  its MAC, then what its payload is otherwise
 * </pre>
 */
public final class Proof {
    /** Bytes of a nonce, which is random and never used twice. */
    public static final int NONCE_LENGTH = 32;

    /** Bytes of a MAC: HMAC-SHA-256, not truncated. */
    public static final int MAC_LENGTH = 32;

    /** Bytes of a PROOF's payload. */
    public static final int CLIENT_LENGTH = NONCE_LENGTH + MAC_LENGTH;

    private Proof() {}
}
