// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A fuzz target: whatever arrives is read to its end, or refused as a {@link StreamFailure}. What
 * is read is written again, and reads the same.
 */
public final class MessageFuzz {
    private static final MessageLimits LIMITS = new MessageLimits(1 << 20, 1000, 8);

    private MessageFuzz() {}

    /**
     * Reads a message.
     *
     * @param input its first byte chooses the byte order, and whether the size is made to fit, so
     *     that what is behind it is looked at.
     */
    public static void fuzzerTestOneInput(final byte[] input) {
        if (input.length == 0) {
            return;
        }
        final ByteOrder order =
                (input[0] & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        final ByteBuffer message = ByteBuffer.wrap(input.clone()).order(order);
        final int length = input.length - 1;
        if ((input[0] & 2) == 0 && length >= Integer.BYTES) {
            message.putInt(1, length);
        }
        final List<Value> values;
        final int type;
        try {
            final MessageReader reader = new MessageReader(LIMITS).wrap(message, 1, length);
            type = reader.type();
            values = Value.readAll(reader);
        } catch (final StreamFailure e) {
            return;
        }
        try (MessageBuffer buffer = new MessageBuffer(1 << 22, order)) {
            final MessageWriter writer = new MessageWriter(buffer, LIMITS);
            writer.begin(type);
            values.forEach(value -> value.write(writer));
            final int rewritten = writer.finish();
            final List<Value> again =
                    Value.readAll(
                            new MessageReader(LIMITS.withMaxMessageBytes(1 << 22))
                                    .wrap(buffer.bytes(), 0, rewritten));
            if (!again.equals(values)) {
                throw new AssertionError("read " + values + " and, written again, " + again);
            }
        }
    }
}
