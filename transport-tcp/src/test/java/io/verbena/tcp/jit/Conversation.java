// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.stream.ClientStream;
import io.verbena.stream.MessageReader;
import io.verbena.stream.MessageTypes;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamVersion;
import java.util.List;

/** The conversation that jitpeer.c has, in Java; the two share no code. */
final class Conversation {
    static final StreamVersion VERSION = StreamVersion.of(1, 105).withConfig(0x3011);
    static final long CLIENT = 0x1122334455667788L;

    /** What golden bytes there are of its messages, as OpenJ9 writes them. */
    static final List<String> GOLDEN =
            List.of(
                    "2000000000000000000000000a00010003000000080000008877665544332211",
                    "30000000000000000000000001000200020000000400000034000000"
                            + "030004000c00000000000000ffffffffffffffff",
                    "200000000000000000000000e9000100050100000800000064656661756c7400",
                    "3c0000000000000000000000ea0001000800000024000000020000000400000002000000"
                            + "050300000400000061000000050100000400000062636400",
                    "440000000000000000000000840001000b0000002c000000020000000400000007000000"
                            + "030004000c000000000000000800000000000000050200000400000078790000",
                    "3800000000000000000000008400020009010001040000000102030009000408140000"
                            + "000000000001000000000000000200000000000000");

    private static final int TUPLE_QUERY = 132;
    private static final int BIG_QUERY = 133;
    private static final int BIG_QUERY_BYTES = 17 << 10;
    private static final int BIG_REPLY_BYTES = 150_000;
    private static final int CODE_BYTES = 40_001;
    private static final int STATUS = 52;

    private Conversation() {}

    private static byte[] pattern(final int length, final int seed) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + seed);
        }
        return bytes;
    }

    /** One conversation, number so many of its connection. */
    static void talk(final ClientStream stream, final int number) {
        stream.write(
                MessageTypes.COMPILATION_REQUEST,
                w ->
                        w.uint64(CLIENT)
                                .uint32(number)
                                .string("java/lang/String.hashCode()I")
                                .bool(true));
        final MessageReader tuple = stream.expect(TUPLE_QUERY).expect(1);
        tuple.beginTuple();
        assertThat(tuple.uint32()).isEqualTo(7);
        assertThat(tuple.uint64()).isEqualTo(8);
        assertThat(tuple.string()).isEqualTo("xy");
        stream.write(TUPLE_QUERY, w -> w.bytes((byte) 1, (byte) 2, (byte) 3).longs(1, 2));
        assertThat(stream.expect(MessageTypes.AOT_CACHE_MAP_REQUEST).string()).isEqualTo("default");
        stream.write(
                MessageTypes.AOT_CACHE_MAP_REPLY,
                w -> w.beginVector().string("a").string("bcd").end());
        assertThat(stream.expect(BIG_QUERY).bytes()).isEqualTo(pattern(BIG_QUERY_BYTES, number));
        stream.write(BIG_QUERY, w -> w.bytes(pattern(BIG_REPLY_BYTES, number)));
        if (number % 2 == 0) {
            assertThat(stream.expect(MessageTypes.COMPILATION_CODE).bytes())
                    .isEqualTo(pattern(CODE_BYTES, number));
        } else {
            assertThat(stream.read()).isEqualTo(MessageTypes.COMPILATION_FAILURE);
            assertThat(stream.in().uint32()).isEqualTo(STATUS);
            assertThat(stream.in().uint64()).isEqualTo(-1);
        }
    }

    /** The other end of one conversation. */
    static void answer(final ServerStream stream) {
        final MessageReader request = stream.expect(MessageTypes.COMPILATION_REQUEST).expect(4);
        assertThat(request.uint64()).isEqualTo(CLIENT);
        final int number = (int) request.uint32();
        assertThat(request.string()).isEqualTo("java/lang/String.hashCode()I");
        assertThat(request.bool()).isTrue();
        request.end();
        stream.write(TUPLE_QUERY, w -> w.beginTuple().uint32(7).uint64(8).string("xy").end());
        final MessageReader vectors = stream.expect(TUPLE_QUERY).expect(2);
        assertThat(vectors.bytes()).containsExactly(1, 2, 3);
        assertThat(vectors.longs()).containsExactly(1, 2);
        stream.write(MessageTypes.AOT_CACHE_MAP_REQUEST, w -> w.string("default"));
        final MessageReader map = stream.expect(MessageTypes.AOT_CACHE_MAP_REPLY);
        assertThat(map.beginVector()).isEqualTo(2);
        assertThat(map.string()).isEqualTo("a");
        assertThat(map.string()).isEqualTo("bcd");
        stream.write(BIG_QUERY, w -> w.bytes(pattern(BIG_QUERY_BYTES, number)));
        assertThat(stream.expect(BIG_QUERY).bytes()).isEqualTo(pattern(BIG_REPLY_BYTES, number));
        if (number % 2 == 0) {
            stream.write(MessageTypes.COMPILATION_CODE, w -> w.bytes(pattern(CODE_BYTES, number)));
        } else {
            stream.write(MessageTypes.COMPILATION_FAILURE, w -> w.uint32(STATUS).uint64(-1));
        }
    }
}
