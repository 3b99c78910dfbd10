// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every message, whatever is in it. */
class MessagePropertiesTest {
    /** A vector wants room for its count until it is known to be empty. */
    private static final int COUNT_BYTES = Layout.DESCRIPTOR_BYTES + Integer.BYTES;

    @Property(tries = 500)
    void whatIsWrittenIsRead(
            @ForAll("messages") final List<Value> values,
            @ForAll @IntRange(max = 8) final int type,
            @ForAll final boolean bigEndian,
            @ForAll @IntRange(max = 300) final int lentBytes) {
        final ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        try (MessageBuffer buffer = new MessageBuffer(1 << 20, order)) {
            final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
            final ByteBuffer lent = dirty(lentBytes);
            buffer.begin(lent);
            writer.begin(type, 0x01006900, 0x3011);
            values.forEach(value -> value.write(writer));
            final int length = writer.finish();

            if (length > lentBytes) {
                assertThat(buffer.isLent()).isFalse();
            } else if (length + COUNT_BYTES <= lentBytes) {
                assertThat(buffer.isLent()).isTrue();
            }
            assertThat(length % 4).isZero();
            final MessageReader reader =
                    new MessageReader(MessageLimits.defaults()).wrap(buffer.bytes(), 0, length);
            assertThat(reader.size()).isEqualTo(length);
            assertThat(reader.type()).isEqualTo(type);
            assertThat(reader.version()).isEqualTo(0x01006900);
            assertThat(reader.config()).isEqualTo(0x3011);
            assertThat(reader.count()).isEqualTo(values.size());
            assertThat(Value.readAll(reader)).isEqualTo(values);
        }
    }

    @Property(tries = 200)
    void theBytesDontDependOnTheMemoryThatTheyAreIn(
            @ForAll("messages") final List<Value> values,
            @ForAll @IntRange(max = 300) final int lentBytes) {
        final String expected = Messages.hex(1, values);
        try (MessageBuffer buffer = new MessageBuffer(1 << 20, ByteOrder.LITTLE_ENDIAN)) {
            final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
            buffer.begin(dirty(lentBytes));
            writer.begin(1);
            values.forEach(value -> value.write(writer));

            assertThat(Messages.hex(buffer, writer.finish())).isEqualTo(expected);
        }
    }

    @Property(tries = 200)
    void aMessageThatIsCutIsRefused(
            @ForAll("messages") final List<Value> values, @ForAll final int cut) {
        final byte[] message = HexFormat.of().parseHex(Messages.hex(1, values));
        final int length = Math.floorMod(cut, message.length);

        assertThat(refused(message, length)).isTrue();
    }

    private static boolean refused(final byte[] message, final int length) {
        try {
            new MessageReader(MessageLimits.defaults())
                    .wrap(ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN), 0, length);
            return false;
        } catch (final StreamMalformedMessage e) {
            return true;
        }
    }

    /** Memory that holds what was there before. */
    private static ByteBuffer dirty(final int bytes) {
        final ByteBuffer memory = ByteBuffer.allocate(bytes);
        java.util.Arrays.fill(memory.array(), (byte) 0xa5);
        return memory;
    }

    @Provide
    static Arbitrary<List<Value>> messages() {
        return values().list().ofMaxSize(8);
    }

    private static Arbitrary<Value> values() {
        final Arbitrary<Value> simple =
                Arbitraries.oneOf(
                        Arbitraries.integers().map(Value.Int32::new),
                        Arbitraries.longs().between(0, 0xffffffffL).map(Value.Uint32::new),
                        Arbitraries.longs().map(Value.Int64::new),
                        Arbitraries.longs().map(Value.Uint64::new),
                        Arbitraries.of(true, false).map(Value.Bool::new),
                        Arbitraries.integers().map(Value.Enumerator::new),
                        Arbitraries.strings()
                                .withCharRange('\0', '\u07ff')
                                .ofMaxLength(40)
                                .map(Value.Text::new),
                        Arbitraries.strings().ascii().ofMaxLength(40).map(Value.Text::new),
                        hex(1, 40).map(Value.Opaque::new),
                        Arbitraries.integers()
                                .between(1, 255)
                                .flatMap(
                                        size ->
                                                hex(size, size)
                                                        .map(one -> new Value.Packed(size, one))),
                        Arbitraries.integers()
                                .between(1, 12)
                                .flatMap(
                                        count ->
                                                hex(8 * count, 8 * count)
                                                        .map(all -> new Value.Packed(8, all))),
                        Arbitraries.just(new Value.Empty()));
        return Arbitraries.recursive(
                () -> simple,
                inner ->
                        Arbitraries.oneOf(
                                simple,
                                inner.list().ofMinSize(1).ofMaxSize(4).map(Value.Vector::new),
                                inner.list().ofMaxSize(4).map(Value.Tuple::new)),
                0,
                4);
    }

    private static Arbitrary<String> hex(final int least, final int most) {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofMinSize(least)
                .ofMaxSize(most)
                .map(HexFormat.of()::formatHex);
    }
}
