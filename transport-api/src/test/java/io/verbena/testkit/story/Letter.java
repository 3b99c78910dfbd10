// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.Msg;
import java.nio.ByteBuffer;

/** What is written in a story's requests and responses: an id, then bytes that follow from it. */
final class Letter {
    static final int LEAST = Long.BYTES;
    private static final long MIXER = 0x9E3779B97F4A7C15L;

    private Letter() {}

    static void write(final ByteBuffer out, final long id, final int length) {
        out.putLong(id);
        for (int i = LEAST; i < length; i++) {
            out.put(at(id, i));
        }
    }

    static long id(final Msg msg) {
        return msg.in().getLong(0);
    }

    /** What is wrong with what a message has received; null if nothing. */
    static String wrong(final Msg msg) {
        final ByteBuffer in = msg.in();
        if (in.position() != 0 || in.limit() < LEAST) {
            return "IN from %d to %d".formatted(in.position(), in.limit());
        }
        final long id = in.getLong(0);
        for (int i = LEAST; i < in.limit(); i++) {
            if (in.get(i) != at(id, i)) {
                return "byte %d of %d of %#x is wrong".formatted(i, in.limit(), id);
            }
        }
        return null;
    }

    /** How long the answer to a request shall be; sometimes longer than there is room for. */
    static int answerLength(final long id, final int room, final int capacity) {
        final int mixed = (int) (((id + 1) * MIXER) >>> 40);
        if (mixed % 29 == 0 && capacity > room) {
            return room + 1;
        }
        return LEAST + mixed % (room - LEAST + 1);
    }

    private static byte at(final long id, final int index) {
        return (byte) (((id + index) * MIXER) >>> 56);
    }
}
