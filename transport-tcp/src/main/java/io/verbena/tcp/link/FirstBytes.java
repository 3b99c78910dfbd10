// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.EventReason;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Who it is that speaks first at a portal that wants TLS: told by the first bytes, before an engine
 * is made for them.
 */
final class FirstBytes {
    /** As much of a HELLO as shows that it is one: up to the magic's end. */
    private static final int TELLING_BYTES = 16;

    private static final int FIRST_OF_HELLO = FrameType.HELLO;

    /** Whose bytes they are. */
    enum Speaker {
        /** More of them are needed. */
        UNKNOWN,

        TLS,

        /** Verbena's own protocol, in clear. */
        VERBENA,

        STRANGER
    }

    private FirstBytes() {}

    /** Tells by what was read and not taken, which stays there. */
    static Speaker speaker(final Records records) {
        if (records.available() < 2) {
            return Speaker.UNKNOWN;
        }
        if (records.looksLikeTls()) {
            return Speaker.TLS;
        }
        if (records.peek(0) != FIRST_OF_HELLO) {
            return Speaker.STRANGER;
        }
        if (records.available() < TELLING_BYTES) {
            return Speaker.UNKNOWN;
        }
        return hasMagic(records) ? Speaker.VERBENA : Speaker.STRANGER;
    }

    private static boolean hasMagic(final Records records) {
        long magic = 0;
        for (int i = TELLING_BYTES - 1; i >= Long.BYTES; i--) {
            magic = magic << Byte.SIZE | records.peek(i);
        }
        return magic == Hello.MAGIC;
    }

    /** In clear, as {@link Speaker#VERBENA} is: it is to know why it isn't served. */
    static void sayGoodbye(final Records records) {
        final ByteBuffer frame = ByteBuffer.allocate(FrameHeader.LENGTH);
        new FrameHeader()
                .set(FrameType.GOODBYE, 0, 0, 0, 0, EventReason.TLS_FAILED.code())
                .writeTo(frame, 0);
        try {
            records.writeRaw(frame);
        } catch (final IOException e) {
            // It has gone: it isn't told.
        }
    }
}
