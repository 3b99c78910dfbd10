// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.Msg;
import java.nio.ByteBuffer;

/** Contents that can be told from each other, and from what was there before. */
public final class Payload {
    private Payload() {}

    /**
     * Appends to a message's OUT.
     *
     * @param msg the message.
     * @param length bytes.
     * @param seed what they are made from.
     * @return the message.
     */
    public static Msg fill(final Msg msg, final int length, final long seed) {
        final ByteBuffer out = msg.out();
        for (int i = 0; i < length; i++) {
            out.put(at(i, seed));
        }
        return msg;
    }

    /**
     * Is a message's IN what {@link #fill} wrote at the other side, from 0 to its limit?
     *
     * @param msg the message.
     * @param length bytes.
     * @param seed what they were made from.
     */
    public static void check(final Msg msg, final int length, final long seed) {
        check(msg.in(), length, seed);
    }

    /**
     * Are a buffer's bytes from 0 to its limit what {@link #fill} wrote?
     *
     * @param buffer the buffer; it isn't changed.
     * @param length bytes that it must have.
     * @param seed what they were made from.
     */
    public static void check(final ByteBuffer buffer, final int length, final long seed) {
        if (buffer.limit() != length) {
            throw new AssertionError(
                    "%d bytes expected, %d received".formatted(length, buffer.limit()));
        }
        for (int i = 0; i < length; i++) {
            if (buffer.get(i) != at(i, seed)) {
                throw new AssertionError(
                        "byte %d of %d is %#x instead of %#x"
                                .formatted(i, length, buffer.get(i), at(i, seed)));
            }
        }
    }

    private static byte at(final int index, final long seed) {
        final long mixed = (seed * 0x9E3779B97F4A7C15L + index) * 0xBF58476D1CE4E5B9L;
        return (byte) (mixed >>> 56);
    }
}
