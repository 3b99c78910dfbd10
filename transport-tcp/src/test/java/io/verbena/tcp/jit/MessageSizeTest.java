// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.verbena.tcp.link.LinkException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The byte order is the peer's, and not that of the buffer in which its messages arrive. */
class MessageSizeTest {
    /** The same number in both byte orders. */
    private static final int SAME_IN_BOTH = 0x0001_0100;

    static Stream<Arguments> buffersAndPeers() {
        return Stream.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)
                .flatMap(
                        buffer ->
                                Stream.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)
                                        .map(peer -> Arguments.of(buffer, peer)));
    }

    @ParameterizedTest(name = "a buffer of {0}, a peer of {1}")
    @MethodSource("buffersAndPeers")
    void theFirstSizeTellsThePeersByteOrder(final ByteOrder buffer, final ByteOrder peer)
            throws Exception {
        final MessageSize sizes = new MessageSize("the peer");
        assertThat(sizes.readPeers(size(96, buffer, peer), 0)).isEqualTo(96);
        assertThat(sizes.readPeers(size(0x1000_0000, buffer, peer), 0)).isEqualTo(0x1000_0000);
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void aFirstSizeThatTellsNothingIsOfALittleEndianPeer(final ByteOrder buffer) throws Exception {
        final MessageSize sizes = new MessageSize("the peer");
        final ByteOrder peer = ByteOrder.LITTLE_ENDIAN;
        assertThat(sizes.readPeers(size(SAME_IN_BOTH, buffer, peer), 0)).isEqualTo(SAME_IN_BOTH);
        assertThat(sizes.readPeers(size(96, buffer, peer), 0)).isEqualTo(96);
    }

    @ParameterizedTest
    @ValueSource(ints = {97, 98, 99, 0x2054_4547})
    void whatIsNoMultipleOfFourIsNoSizeOfOpenJ9s(final int size) {
        final ByteOrder peer = ByteOrder.LITTLE_ENDIAN;
        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> new MessageSize("the peer").readPeers(size(size, peer, peer), 0))
                .withMessageContaining("speaks something else");
    }

    static Stream<ByteOrder> buffers() {
        return Stream.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN);
    }

    private static ByteBuffer size(final int size, final ByteOrder buffer, final ByteOrder peer) {
        return ByteBuffer.allocate(MessageSize.BYTES).order(peer).putInt(0, size).order(buffer);
    }
}
