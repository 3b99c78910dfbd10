// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Writing and reading makes no garbage. */
class MessageAllocationTest {
    private static final int MESSAGES = 20_000;

    private final ByteBuffer object = ByteBuffer.allocate(12);
    private final long[] longs = {1, 2, 3};
    private final ByteBuffer destination = ByteBuffer.allocate(12);

    @Test
    void aMessageOfEveryKindOfValueIsWrittenAndReadWithoutGarbage() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long self = Thread.currentThread().getId();
        try (MessageBuffer buffer = new MessageBuffer(1 << 20, ByteOrder.LITTLE_ENDIAN)) {
            final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
            final MessageReader reader = new MessageReader(MessageLimits.defaults());
            final ByteBuffer lent = ByteBuffer.allocateDirect(4096);
            long sum = exchange(buffer, writer, reader, lent);
            final long before = threads.getThreadAllocatedBytes(self);
            sum += exchange(buffer, writer, reader, lent);
            final long allocated = threads.getThreadAllocatedBytes(self) - before;

            assertThat(sum).isEqualTo(2L * MESSAGES * (1 + 2 + 3 + 4 + 3 + 2));
            // To ask costs some bytes itself; a single one for each message would be 20 000.
            assertThat(allocated).isLessThan(MESSAGES);
        }
    }

    private long exchange(
            final MessageBuffer buffer,
            final MessageWriter writer,
            final MessageReader reader,
            final ByteBuffer lent) {
        long sum = 0;
        for (int i = 0; i < MESSAGES; i++) {
            buffer.begin(lent);
            final int length =
                    writer.begin(100)
                            .int32(1)
                            .uint32(2)
                            .int64(3)
                            .uint64(4)
                            .bool(true)
                            .string("java/lang/Object")
                            .object(object)
                            .longs(longs)
                            .beginVector()
                            .beginTuple()
                            .int32(2)
                            .end()
                            .end()
                            .finish();
            reader.wrap(buffer.bytes(), 0, length).expect(9);
            sum += reader.int32() + reader.uint32() + reader.int64() + reader.uint64();
            reader.bool();
            reader.stringView();
            reader.object(destination.clear());
            final ByteBuffer elements = reader.simpleVector(Long.BYTES);
            sum += elements.getLong(elements.limit() - Long.BYTES);
            reader.beginVector();
            reader.beginTuple();
            sum += reader.int32();
            reader.end();
            reader.end();
            reader.end();
        }
        return sum;
    }
}
