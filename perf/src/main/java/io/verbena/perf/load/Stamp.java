// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import java.nio.ByteBuffer;

/**
 * What requests and responses contain, so that each end knows a wrong message from a right one.
 *
 * <pre>
 *  request,  8 bytes or more   i32 size of the response, i32 sequence number, …, i32 sequence number
 *  response, 4 bytes or more   i32 sequence number, …, i32 sequence number
 *  request,  under 8 bytes     the low byte of the sequence number at both ends; it is echoed
 * </pre>
 *
 * Where a message is too short for two numbers that don't overlap, it has the first one only. All
 * are big-endian.
 */
final class Stamp {
    /** The shortest request that can ask for a size. */
    static final int MIN_SIZED_REQUEST = 2 * Integer.BYTES;

    private Stamp() {}

    /** Writes a request to the start of a buffer, and positions it for sending. */
    static void writeRequest(
            final ByteBuffer out, final int size, final int responseSize, final int sequence) {
        out.clear();
        if (size >= MIN_SIZED_REQUEST) {
            if (size >= MIN_SIZED_REQUEST + Integer.BYTES) {
                out.putInt(size - Integer.BYTES, sequence);
            }
            out.putInt(0, responseSize);
            out.putInt(Integer.BYTES, sequence);
        } else if (size > 0) {
            out.put(0, (byte) sequence);
            out.put(size - 1, (byte) sequence);
        }
        out.position(size);
    }

    /** Is a request whole? The server's check. */
    static boolean isRequest(final ByteBuffer in) {
        final int size = in.limit();
        if (size < MIN_SIZED_REQUEST) {
            return true;
        }
        return in.getInt(0) >= 0
                && (size < MIN_SIZED_REQUEST + Integer.BYTES
                        || in.getInt(Integer.BYTES) == in.getInt(size - Integer.BYTES));
    }

    /** The size of the response that a request asks for. */
    static int responseSize(final ByteBuffer in) {
        return in.limit() >= MIN_SIZED_REQUEST ? in.getInt(0) : in.limit();
    }

    /**
     * Writes the response to a request, and positions it for sending. The buffer has room for it.
     */
    static void writeResponse(final ByteBuffer in, final ByteBuffer out, final int size) {
        if (in.limit() < MIN_SIZED_REQUEST) {
            out.put(0, in, 0, size);
        } else {
            writeNumbers(out, size, in.getInt(Integer.BYTES));
        }
        out.position(size);
    }

    private static void writeNumbers(final ByteBuffer out, final int size, final int sequence) {
        if (size >= Integer.BYTES) {
            if (size >= 2 * Integer.BYTES) {
                out.putInt(size - Integer.BYTES, sequence);
            }
            out.putInt(0, sequence);
        }
    }

    /** Is this the response to that request? The client's check. */
    static boolean isResponse(
            final ByteBuffer in,
            final int requestSize,
            final int responseSize,
            final int sequence) {
        final int size = in.limit();
        if (size != responseSize) {
            return false;
        }
        if (requestSize < MIN_SIZED_REQUEST) {
            return size == 0
                    || (in.get(0) == (byte) sequence && in.get(size - 1) == (byte) sequence);
        }
        if (size < Integer.BYTES) {
            return true;
        }
        return in.getInt(0) == sequence
                && (size < 2 * Integer.BYTES || in.getInt(size - Integer.BYTES) == sequence);
    }
}
