// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.nio.ByteBuffer;

/**
 * The content of every payload: its sequence number within the session and direction, at both ends.
 * A payload that is cut, shifted, swapped or repeated has the wrong number at one of them.
 */
final class Payload {

    static final int MIN_SIZE = 2 * Long.BYTES;

    private Payload() {}

    static void stamp(
            final ByteBuffer buffer, final int offset, final int size, final long sequence) {
        buffer.putLong(offset, sequence);
        buffer.putLong(offset + size - Long.BYTES, sequence);
    }

    static void check(
            final ByteBuffer buffer, final int offset, final int size, final long sequence) {
        check(buffer.getLong(offset), buffer.getLong(offset + size - Long.BYTES), sequence);
    }

    static void check(final long head, final long tail, final long sequence) {
        if (head != sequence || tail != sequence) {
            throw new IllegalStateException(
                    "expected message " + sequence + ", not one of " + head + " to " + tail);
        }
    }
}
