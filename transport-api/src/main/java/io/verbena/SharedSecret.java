// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * A secret that client and server share, and prove to each other that they know ({@link
 * ConnectOptions#secret()}, {@link PortalOptions#secrets()}). It is never sent. What it protects
 * from, and from what not, is told in docs/SECURITY.md: it encrypts nothing.
 *
 * <p>Take random bytes, as {@code openssl rand -hex 32} makes them, and no password that people
 * think of: who has seen one proof can try passwords as fast as a computer makes them.
 *
 * <p>The bytes are overwritten by {@link #close()}. Thread-safe.
 */
public final class SharedSecret implements AutoCloseable {
    /** The shortest secret, in bytes: half of what HMAC-SHA-256 puts out (RFC 2104, section 5). */
    public static final int MIN_BYTES = 16;

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] bytes;
    private boolean closed;

    private SharedSecret(final byte[] bytes, final String source) {
        if (bytes.length < MIN_BYTES) {
            final int length = bytes.length;
            Arrays.fill(bytes, (byte) 0);
            throw new IllegalArgumentException(
                    "%s has %d bytes, and must have %d at least; make one with: openssl rand -hex 32"
                            .formatted(source, length, MIN_BYTES));
        }
        this.bytes = bytes;
    }

    /**
     * A secret of these bytes.
     *
     * @param bytes {@value #MIN_BYTES} or more, which are copied: overwrite yours.
     * @return the secret.
     * @throws IllegalArgumentException if there are too few.
     */
    public static SharedSecret of(final byte[] bytes) {
        return new SharedSecret(bytes.clone(), "a shared secret");
    }

    /**
     * A secret written in hexadecimal.
     *
     * @param digits two for each byte, upper or lower case.
     * @return the secret.
     * @throws IllegalArgumentException if it is something else, or too short.
     */
    public static SharedSecret ofHex(final CharSequence digits) {
        final byte[] parsed;
        try {
            parsed = HexFormat.of().parseHex(digits);
        } catch (final IllegalArgumentException e) {
            // Not as a cause: its message shows the digits.
            throw new IllegalArgumentException(
                    "a shared secret in hexadecimal has an even number of the digits 0 to 9 and a to f, and nothing else");
        }
        return new SharedSecret(parsed, "a shared secret");
    }

    /**
     * The secret in a file: all its bytes as they are, but for one end of line behind the last, so
     * that a text file made by hand is the same secret as one made by a program. Only its owner
     * should be able to read it.
     *
     * @param file the file.
     * @return the secret.
     * @throws IOException if it can't be read.
     * @throws IllegalArgumentException if there is too little in it.
     */
    public static SharedSecret fromFile(final Path file) throws IOException {
        final byte[] content = Files.readAllBytes(file);
        try {
            return new SharedSecret(withoutLineEnd(content), "the shared secret in " + file);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /**
     * The secret in an environment variable: its text in UTF-8. Other processes of the same user
     * can read it.
     *
     * @param variable the variable's name.
     * @return the secret.
     * @throws IllegalArgumentException if there is no such variable, or too little in it.
     */
    public static SharedSecret fromEnvironment(final String variable) {
        final String value = System.getenv(variable);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the environment variable %s, which is to hold the shared secret, is not set"
                            .formatted(variable));
        }
        return new SharedSecret(
                value.getBytes(UTF_8), "the shared secret in the environment variable " + variable);
    }

    private static byte[] withoutLineEnd(final byte[] content) {
        int length = content.length;
        if (length > 0 && content[length - 1] == '\n') {
            length--;
            if (length > 0 && content[length - 1] == '\r') {
                length--;
            }
        }
        return Arrays.copyOf(content, length);
    }

    /**
     * The HMAC-SHA-256 (RFC 2104, FIPS 180-4) of some bytes, with this secret as its key. For who
     * proves; whoever else gets to see it can try secrets on it.
     *
     * @param parts the bytes, one behind the other.
     * @return 32 bytes.
     * @throws IllegalStateException if the secret is closed.
     */
    public byte[] hmacSha256(final byte[]... parts) {
        final byte[] key = copyOfBytes();
        try {
            final Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new Key(key));
            for (final byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (final GeneralSecurityException e) {
            // Every Java platform has it.
            throw new IllegalStateException("there is no " + ALGORITHM + " here", e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private synchronized byte[] copyOfBytes() {
        if (closed) {
            throw new IllegalStateException("the shared secret is closed");
        }
        return bytes.clone();
    }

    /**
     * Was it closed?
     *
     * @return whether it can't be used any more.
     */
    public synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Overwrites the bytes. A portal accepts the secret no more, and no client can connect with it;
     * sessions that there are live on. Idempotent.
     */
    @Override
    public synchronized void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    /** Never shows the secret. */
    @Override
    public String toString() {
        return "SharedSecret";
    }

    /**
     * As {@link javax.crypto.spec.SecretKeySpec}, but for the copy, which nobody could overwrite.
     */
    private static final class Key implements SecretKey {
        private static final long serialVersionUID = 1L;
        private final transient byte[] encoded;

        Key(final byte[] encoded) {
            this.encoded = encoded;
        }

        @Override
        public String getAlgorithm() {
            return ALGORITHM;
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            return encoded;
        }
    }
}
