// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** Messages as hexadecimal text, little-endian unless said otherwise. */
final class Messages {
    private Messages() {}

    static String hex(final int type, final Consumer<MessageWriter> values) {
        return hex(type, 0, 0, ByteOrder.LITTLE_ENDIAN, values);
    }

    static String hex(
            final int type,
            final int version,
            final int config,
            final ByteOrder order,
            final Consumer<MessageWriter> values) {
        try (MessageBuffer buffer = new MessageBuffer(1 << 24, order)) {
            final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
            writer.begin(type, version, config);
            values.accept(writer);
            return hex(buffer, writer.finish());
        }
    }

    static String hex(final MessageBuffer buffer, final int length) {
        final byte[] message = new byte[length];
        buffer.bytes().get(0, message);
        return HexFormat.of().formatHex(message);
    }

    static MessageReader reader(final String hex) {
        return reader(HexFormat.of().parseHex(hex), ByteOrder.LITTLE_ENDIAN);
    }

    static MessageReader reader(final byte[] message, final ByteOrder order) {
        return new MessageReader(MessageLimits.defaults())
                .wrap(ByteBuffer.wrap(message).order(order), 0, message.length);
    }

    static String hex(final int type, final List<Value> values) {
        return hex(type, writer -> values.forEach(value -> value.write(writer)));
    }
}
