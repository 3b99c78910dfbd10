// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader refuses, and as what. */
class MessageReaderTest {
    private static MessageReader message(final Consumer<MessageWriter> values) {
        return Messages.reader(Messages.hex(1, values));
    }

    private static MessageReader limited(
            final MessageLimits limits, final Consumer<MessageWriter> values) {
        final byte[] message = HexFormat.of().parseHex(Messages.hex(1, values));
        return new MessageReader(limits)
                .wrap(ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN), 0, message.length);
    }

    @Test
    void anotherTypeIsATypeMismatch() {
        assertThatThrownBy(message(w -> w.int32(1))::uint32)
                .isInstanceOf(StreamTypeMismatch.class)
                .hasMessageContaining("INT32")
                .hasMessageContaining("UINT32");
        assertThatThrownBy(message(w -> w.string("a"))::object)
                .isInstanceOf(StreamTypeMismatch.class);
        assertThatThrownBy(message(w -> w.beginTuple().end())::beginVector)
                .isInstanceOf(StreamTypeMismatch.class);
    }

    @Test
    void anotherSizeOfElementIsATypeMismatch() {
        assertThatThrownBy(message(w -> w.ints(1, 2))::longs)
                .isInstanceOf(StreamTypeMismatch.class)
                .hasMessageContaining("4 bytes, and not 8");
    }

    @Test
    void anotherSizeOfObjectIsATypeMismatch() {
        assertThatThrownBy(
                        () ->
                                message(w -> w.object(ByteBuffer.allocate(12)))
                                        .object(ByteBuffer.allocate(8)))
                .isInstanceOf(StreamTypeMismatch.class);
    }

    @Test
    void anotherNumberOfValuesIsAnArityMismatch() {
        final MessageReader reader = message(w -> w.int32(1).int32(2));
        assertThatThrownBy(() -> reader.expect(3)).isInstanceOf(StreamArityMismatch.class);
        assertThat(reader.expect(2).int32()).isEqualTo(1);
        assertThatThrownBy(reader::end).isInstanceOf(StreamArityMismatch.class);
        reader.int32();
        reader.end();
        assertThatThrownBy(reader::int32).isInstanceOf(StreamArityMismatch.class);
    }

    @Test
    void aTupleWithMoreOrFewerValuesIsAnArityMismatch() {
        final MessageReader more = message(w -> w.beginTuple().int32(1).int32(2).end());
        more.beginTuple();
        more.int32();
        assertThatThrownBy(more::end).isInstanceOf(StreamArityMismatch.class);

        final MessageReader fewer = message(w -> w.beginTuple().int32(1).end().int32(2));
        fewer.beginTuple();
        fewer.int32();
        assertThatThrownBy(fewer::int32).isInstanceOf(StreamArityMismatch.class);
    }

    @Test
    void aValueIsSkippedWithAllThatIsInIt() {
        final MessageReader reader =
                message(w -> w.beginVector().longs(1, 2).longs(3).end().int32(7));
        reader.skip();
        assertThat(reader.int32()).isEqualTo(7);
        reader.end();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageThatIsRefusedLeavesNothingOfTheOneBefore(final boolean sizeIsKnown) {
        final MessageReader reader = message(w -> w.uint32(7).uint32(8));
        final ByteBuffer impossible =
                ByteBuffer.wrap(HexFormat.of().parseHex(Messages.hex(1, w -> {})))
                        .order(ByteOrder.LITTLE_ENDIAN);
        impossible.putShort(Layout.COUNT, (short) 1);
        final int size = impossible.capacity();

        assertThatThrownBy(
                        () -> {
                            if (sizeIsKnown) {
                                reader.wrapSized(impossible, 0, size);
                            } else {
                                reader.wrap(impossible, 0, size);
                            }
                        })
                .isInstanceOf(StreamMalformedMessage.class);
        assertThatThrownBy(reader::type).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(reader::uint32).isInstanceOf(StreamArityMismatch.class);
    }

    @Test
    void viewsAreOfTheMessageItself() {
        final MessageReader reader =
                message(w -> w.string("view").object(ByteBuffer.wrap(new byte[] {9})).longs(-2));
        assertThat(reader.stringView().remaining()).isEqualTo(4);
        assertThat(reader.objectView().get()).isEqualTo((byte) 9);
        assertThat(reader.simpleVector(8).getLong()).isEqualTo(-2);
        reader.end();
    }

    @Test
    void anObjectIsReadIntoTheCallersMemory() {
        final MessageReader reader = message(w -> w.object(ByteBuffer.wrap(new byte[] {1, 2, 3})));
        final ByteBuffer destination = ByteBuffer.allocate(4).position(1);
        reader.object(destination);
        assertThat(destination.array()).containsExactly(0, 1, 2, 3);
        assertThat(destination.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    a size below the header,    0c000000 00000000 00000000 0100 0000
                    a size beyond what arrived, 14000000 00000000 00000000 0100 0000
                    a size that is negative,    100000f0 00000000 00000000 0100 0000
                    more values than can be,    18000000 00000000 00000000 0100 0200 0a00000000000000
                    no header,                  10000000 0000
                    no such type,               18000000 00000000 00000000 0100 0100 0c00000000000000
                    a value beyond the message, 1c000000 00000000 00000000 0100 0100 0000000008000000 00000000
                    a size that isn't aligned,  1c000000 00000000 00000000 0100 0100 0000000003000000 00000000
                    padding beyond the value,   18000000 00000000 00000000 0100 0100 0503000000000000
                    padding of a whole word,    1c000000 00000000 00000000 0100 0100 0504000004000000 00000000
                    an odd offset,              1c000000 00000000 00000000 0100 0100 0500020004000000 00000000
                    a BOOL that is 2,           1c000000 00000000 00000000 0100 0100 0403000004000000 02000000
                    an empty vector with bytes, 1c000000 00000000 00000000 0100 0100 0a00000004000000 00000000
                    a simple one without,       18000000 00000000 00000000 0100 0100 0900000100000000
                    elements of zero bytes,     1c000000 00000000 00000000 0100 0100 0900000004000000 00000000
                    half an element,            1c000000 00000000 00000000 0100 0100 0900000804000000 00000000
                    a vector without a count,   18000000 00000000 00000000 0100 0100 0800000000000000
                    a count of nothing,         24000000 00000000 00000000 0100 0100 080000000c000000 020000000400000000000000
                    a count beyond the vector,  24000000 00000000 00000000 0100 0100 080000000c000000 020000000400000001000000
                    bytes behind the last,      1c000000 00000000 00000000 0100 0000 00000000 00000000
                    a padded tuple,             1c000000 00000000 00000000 0100 0100 0b03000004000000 00000000
                    """)
    void isMalformed(final String what, final String hex) {
        assertThatThrownBy(() -> Value.readAll(Messages.reader(hex.replace(" ", ""))))
                .as(what)
                .isInstanceOfAny(
                        StreamMalformedMessage.class,
                        StreamArityMismatch.class,
                        StreamTypeMismatch.class)
                .isInstanceOf(StreamFailure.class);
    }

    @Test
    void aMessageBeyondTheLimitIsRefusedByItsFirstFourBytes() {
        final ByteBuffer size = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        size.putInt(0, 4097);
        assertThatThrownBy(() -> MessageReader.sizeOf(size, 0, 4096))
                .isInstanceOf(StreamMalformedMessage.class)
                .hasMessageContaining("4097");
        size.putInt(0, 4096);
        assertThat(MessageReader.sizeOf(size, 0, 4096)).isEqualTo(4096);
        size.putInt(0, -1);
        assertThatThrownBy(() -> MessageReader.sizeOf(size, 0, Integer.MAX_VALUE))
                .isInstanceOf(StreamMalformedMessage.class)
                .hasMessageContaining("4294967295");
    }

    @Test
    void aVectorBeyondTheLimitIsRefused() {
        final Consumer<MessageWriter> three = w -> w.beginVector().int32(1).int32(2).int32(3).end();
        final MessageLimits limits = MessageLimits.defaults();
        assertThat(Value.readAll(limited(limits.withMaxVectorElements(3), three))).hasSize(1);
        assertThatThrownBy(() -> Value.readAll(limited(limits.withMaxVectorElements(2), three)))
                .isInstanceOf(StreamMalformedMessage.class)
                .hasMessageContaining("at most 2");
    }

    @Test
    void nestingBeyondTheLimitIsRefused() {
        final Consumer<MessageWriter> two = w -> w.beginTuple().beginTuple().end().end();
        final MessageLimits limits = MessageLimits.defaults();
        assertThat(Value.readAll(limited(limits.withMaxNesting(2), two)))
                .isEqualTo(List.of(new Value.Tuple(List.of(new Value.Tuple(List.of())))));
        assertThatThrownBy(() -> Value.readAll(limited(limits.withMaxNesting(1), two)))
                .isInstanceOf(StreamMalformedMessage.class);
    }
}
