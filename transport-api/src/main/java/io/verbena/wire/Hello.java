// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.wire;

/**
 * What a HELLO's header says in the fields that other frames use for other things, so that a peer
 * which isn't ours is known by its first {@value FrameHeader#LENGTH} bytes, before anything is
 * allocated for it.
 *
 * <pre>
 *  transaction id   magic: "VERBENA" and a byte 1A (end of file, as PNG's signature has it)
 *  remote address   u8 lowest version, u8 highest version, u16 window, u32 feature bits
 *  rkey             keepalive interval in milliseconds: how often the sender wants to hear something
 *  room             the longest payload that the sender accepts, in bytes
 *  credits          the credits that the sender grants
 * </pre>
 *
 * <p>The payload is UTF-8: path and query of the URI from the client; from a server that rejects, a
 * u16 code of the application's, then its text; from one that accepts, nothing. Where {@link
 * #FEATURE_AUTHENTICATION} is in use, a server's proof stands before that.
 */
public final class Hello {
    /** "VERBENA" and 1A, read as a little-endian integer. */
    public static final long MAGIC = 0x1a_41_4e_45_42_52_45_56L;

    /** The one version of the protocol that exists. */
    public static final int VERSION = 1;

    /** The longest payload of a HELLO, in bytes: a longer URI is refused before it is sent. */
    public static final int MAX_PAYLOAD = 4096;

    /**
     * A feature bit: from a client, it knows a shared secret and wants the server to prove that it
     * does, too; from a server, its proof begins the payload.
     */
    public static final int FEATURE_AUTHENTICATION = 1;

    /** Feature bit: the client would change to a faster transport, if the server offers one. */
    public static final int FEATURE_UPGRADE = 1 << 1;

    private static final int LOWEST_SHIFT = 0;
    private static final int HIGHEST_SHIFT = 8;
    private static final int WINDOW_SHIFT = 16;
    private static final int FEATURES_SHIFT = 32;

    private Hello() {}

    /**
     * Makes a header that of a HELLO.
     *
     * @param header the header; all its fields are set.
     * @param flags {@link FrameHeader#FLAG_REJECTED} or 0.
     * @param credits credits granted with it.
     * @param payloadLength bytes of payload.
     * @param window the most requests that the server lets be outstanding; 0 from a client.
     * @param keepaliveIntervalMs how often the sender wants to hear something; 0: never mind.
     * @param maxPayload the longest payload that the sender accepts, in bytes.
     * @return the header.
     */
    public static FrameHeader set(
            final FrameHeader header,
            final int flags,
            final int credits,
            final int payloadLength,
            final int window,
            final int keepaliveIntervalMs,
            final int maxPayload) {
        return header.set(FrameType.HELLO, flags, credits, payloadLength, MAGIC, maxPayload)
                .remoteAddress(
                        (long) VERSION << LOWEST_SHIFT
                                | (long) VERSION << HIGHEST_SHIFT
                                | (long) (window & 0xffff) << WINDOW_SHIFT)
                .rkey(keepaliveIntervalMs);
    }

    /**
     * Sets feature bits of a HELLO, beside those that are set.
     *
     * @param header a HELLO.
     * @param bits the bits to set.
     * @return the header.
     */
    public static FrameHeader addFeatures(final FrameHeader header, final int bits) {
        return header.remoteAddress(
                header.remoteAddress() | (bits & 0xffffffffL) << FEATURES_SHIFT);
    }

    /**
     * Clears feature bits of a HELLO, all but some.
     *
     * @param header a HELLO.
     * @param bits the bits that stay as they are.
     * @return the header.
     */
    public static FrameHeader keepFeatures(final FrameHeader header, final int bits) {
        return header.remoteAddress(
                header.remoteAddress() & ((bits & 0xffffffffL) << FEATURES_SHIFT | 0xffffffffL));
    }

    /**
     * Is this a HELLO of ours, of whatever version?
     *
     * @param header a peer's first header.
     * @return whether type and magic are right.
     */
    public static boolean isHello(final FrameHeader header) {
        return header.type() == FrameType.HELLO && header.transactionId() == MAGIC;
    }

    /**
     * Does the sender speak {@link #VERSION}?
     *
     * @param header a HELLO.
     * @return whether its range of versions includes ours.
     */
    public static boolean speaksOurVersion(final FrameHeader header) {
        return lowestVersion(header) <= VERSION && VERSION <= highestVersion(header);
    }

    /**
     * The lowest version that the sender speaks.
     *
     * @param header a HELLO.
     * @return 0 to 255.
     */
    public static int lowestVersion(final FrameHeader header) {
        return (int) (header.remoteAddress() >>> LOWEST_SHIFT) & 0xff;
    }

    /**
     * The highest version that the sender speaks.
     *
     * @param header a HELLO.
     * @return 0 to 255.
     */
    public static int highestVersion(final FrameHeader header) {
        return (int) (header.remoteAddress() >>> HIGHEST_SHIFT) & 0xff;
    }

    /**
     * The most requests that the server lets be outstanding.
     *
     * @param header a server's HELLO.
     * @return 0 to 65535.
     */
    public static int window(final FrameHeader header) {
        return (int) (header.remoteAddress() >>> WINDOW_SHIFT) & 0xffff;
    }

    /**
     * What the sender can do beyond version 1. Unknown bits are ignored.
     *
     * @param header a HELLO.
     * @return 32 bits, see the constants.
     */
    public static int features(final FrameHeader header) {
        return (int) (header.remoteAddress() >>> FEATURES_SHIFT);
    }

    /**
     * How often the sender wants to hear something.
     *
     * @param header a HELLO.
     * @return milliseconds; 0: never mind.
     */
    public static int keepaliveIntervalMs(final FrameHeader header) {
        return header.rkey();
    }

    /**
     * The longest payload that the sender accepts.
     *
     * @param header a HELLO.
     * @return bytes.
     */
    public static int maxPayload(final FrameHeader header) {
        return header.room();
    }
}
