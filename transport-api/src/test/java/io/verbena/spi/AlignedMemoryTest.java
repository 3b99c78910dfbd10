// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.util.internal.CleanableDirectBuffer;
import io.netty.util.internal.PlatformDependent;
import io.verbena.testkit.Leaks;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Leaks.class)
class AlignedMemoryTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 4095, 4096, 4097, 100_000})
    void isAlignedZeroedAndAsLongAsItWasAskedFor(final int bytes) {
        final CleanableDirectBuffer used =
                PlatformDependent.allocateDirect(bytes + AlignedMemory.ALIGNMENT, true);
        for (int i = 0; i < used.buffer().capacity(); i++) {
            used.buffer().put(i, (byte) 0xee);
        }
        try (AlignedMemory memory = new AlignedMemory(used, bytes)) {
            assertThat(memory.whole().capacity()).isEqualTo(bytes);
            assertThat(memory.whole().alignmentOffset(0, AlignedMemory.ALIGNMENT)).isZero();
            final byte[] content = new byte[bytes];
            memory.whole().get(0, content);
            assertThat(content).isEqualTo(new byte[bytes]);
        }
    }

    @Test
    void isCutIntoPartsOfTheSameMemory() {
        try (AlignedMemory memory = new AlignedMemory(128)) {
            memory.slice(64, 8, ByteOrder.LITTLE_ENDIAN).putInt(0, 1);
            assertThat(memory.slice(64, 64, ByteOrder.BIG_ENDIAN).getInt(0)).isEqualTo(1 << 24);
            assertThat(memory.whole().get(64)).isEqualTo((byte) 1);
        }
    }

    @Test
    void canBeClosedTwice() {
        final AlignedMemory memory = new AlignedMemory(1 << 20);
        memory.close();
        memory.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, AlignedMemory.MAX_BYTES + 1, Integer.MAX_VALUE})
    void isNeverOfALengthThatABufferCannotHave(final int bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AlignedMemory(bytes))
                .withMessageContaining("from 0 to " + AlignedMemory.MAX_BYTES);
    }
}
