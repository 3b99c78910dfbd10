// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Messages whose bytes were written down from what OpenJ9 sends. */
class GoldenMessagesTest {
    private static final String COMPILATION_FAILURE =
            "30000000 00000000 00000000 0100 0200 02000000 04000000 34000000"
                    + " 03 00 04 00 0c000000 00000000 ffffffffffffffff";

    private static String golden(final String bytes) {
        return bytes.replace(" ", "");
    }

    @Test
    void aNumberOfEightBytesNeedsNoOffsetBehindTheHeader() {
        assertThat(
                        Messages.hex(
                                MessageTypes.CLIENT_SESSION_TERMINATE,
                                w -> w.uint64(0x1122334455667788L)))
                .isEqualTo(
                        golden(
                                "20000000 00000000 00000000 0a00 0100"
                                        + " 03 00 00 00 08000000 8877665544332211"));
    }

    @Test
    void aNumberOfEightBytesIsMovedToAMultipleOfEight() {
        assertThat(Messages.hex(MessageTypes.COMPILATION_FAILURE, w -> w.uint32(52).uint64(-1)))
                .isEqualTo(golden(COMPILATION_FAILURE));
    }

    @Test
    void aStringIsPaddedToAMultipleOfFour() {
        assertThat(Messages.hex(MessageTypes.AOT_CACHE_MAP_REQUEST, w -> w.string("default")))
                .isEqualTo(
                        golden(
                                "20000000 00000000 00000000 e900 0100"
                                        + " 05 01 00 00 08000000 64656661756c74 00"));
    }

    @Test
    void aVectorBeginsWithItsCount() {
        assertThat(
                        Messages.hex(
                                MessageTypes.AOT_CACHE_MAP_REPLY,
                                w -> w.beginVector().string("a").string("bcd").end()))
                .isEqualTo(
                        golden(
                                "3c000000 00000000 00000000 ea00 0100 08000000 24000000"
                                        + " 02000000 04000000 02000000"
                                        + " 05030000 04000000 61 000000"
                                        + " 05010000 04000000 626364 00"));
    }

    @Test
    void aTupleHasNoCount() {
        assertThat(Messages.hex(132, w -> w.beginTuple().uint32(7).uint64(8).string("xy").end()))
                .isEqualTo(
                        golden(
                                "44000000 00000000 00000000 8400 0100 0b000000 2c000000"
                                        + " 02000000 04000000 07000000"
                                        + " 03000400 0c000000 00000000 0800000000000000"
                                        + " 05020000 04000000 7879 0000"));
    }

    @Test
    void elementsOfEightBytesAreMovedToAMultipleOfEight() {
        assertThat(Messages.hex(132, w -> w.bytes((byte) 1, (byte) 2, (byte) 3).longs(1, 2)))
                .endsWith(
                        golden(
                                "09 01 00 01 04000000 010203 00 09 00 04 08 14000000 00000000"
                                        + " 0100000000000000 0200000000000000"));
    }

    @Test
    void theHeaderCarriesVersionAndConfiguration() {
        final StreamVersion version = StreamVersion.of(1, 105).withConfig(0x3011);
        assertThat(
                        Messages.hex(
                                MessageTypes.COMPILATION_REQUEST,
                                version.version(),
                                version.config(),
                                ByteOrder.LITTLE_ENDIAN,
                                w -> w.uint32(1).uint32(2).uint32(3)))
                .startsWith(golden("34000000 00690001 11300000 0800 0300"));
    }

    @Test
    void aMessageThatEndsAConnectionHasTheCountOfTheMessageBeforeIt() {
        try (MessageBuffer buffer = new MessageBuffer(1 << 20, ByteOrder.LITTLE_ENDIAN)) {
            final MessageWriter writer = new MessageWriter(buffer, MessageLimits.defaults());
            writer.begin(MessageTypes.COMPILATION_REQUEST).int32(1).int32(2).int32(3).finish();

            final int length = writer.begin(MessageTypes.CONNECTION_TERMINATE).finish();

            assertThat(Messages.hex(buffer, length))
                    .isEqualTo(golden("10000000 00000000 00000000 0b00 0300"));
        }
    }

    @Test
    void theStaleCountIsNotBelieved() {
        for (final String type : new String[] {"0900", "0b00"}) {
            final MessageReader reader =
                    Messages.reader(golden("10000000 00000000 00000000" + type + "0300"));

            assertThat(reader.count()).isEqualTo(3);
            assertThat(reader.hasNext()).isFalse();
            reader.expect(0).end();
        }
    }

    @Test
    void aBigEndianPeerHasTheSameLayoutWithItsNumbersTurned() {
        final String turned =
                golden(
                        "00000030 00000000 00000000 0001 0002 02000000 00000004 00000034"
                                + " 03 00 04 00 0000000c 00000000 ffffffffffffffff");
        assertThat(
                        Messages.hex(
                                MessageTypes.COMPILATION_FAILURE,
                                0,
                                0,
                                ByteOrder.BIG_ENDIAN,
                                w -> w.uint32(52).uint64(-1)))
                .isEqualTo(turned);

        final MessageReader reader =
                Messages.reader(HexFormat.of().parseHex(turned), ByteOrder.BIG_ENDIAN);
        assertThat(reader.type()).isEqualTo(MessageTypes.COMPILATION_FAILURE);
        assertThat(reader.uint32()).isEqualTo(52);
        assertThat(reader.uint64()).isEqualTo(-1);
        reader.end();
    }

    @Test
    void thePeersByteOrderShowsInItsFirstSize() {
        final byte[] little = HexFormat.of().parseHex(golden(COMPILATION_FAILURE));
        final byte[] big = {0, 0, 0, 0x30};

        for (final ByteOrder ours :
                new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertThat(MessageReader.guessOrder(ByteBuffer.wrap(little).order(ours), 0))
                    .isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(MessageReader.guessOrder(ByteBuffer.wrap(big).order(ours), 0))
                    .isEqualTo(ByteOrder.BIG_ENDIAN);
        }
    }
}
