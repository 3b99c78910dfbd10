// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.verbena.tcp.hostile.ChunkingProxy.Chunks;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A conversation whose bytes come in pieces")
@ParameterizedClass(name = "over {0}")
@EnumSource(Net.class)
@ExtendWith(NothingLeft.class)
class ChunkedConversationTest {
    private static final int[] ALL_SIZES = {0, 10, 513, 5000, 200 * 1024, 1};
    private static final int[] SMALL_SIZES = {0, 10, 513, 5000, 1};
    private static final int MSG_BYTES = 256 * 1024;
    private static final int FIRST_BYTES = 200;

    @Parameter Net net;

    private ChunkedPair pair;

    @BeforeEach
    void open() throws IOException {
        pair = ChunkedPair.inClear(net, MSG_BYTES);
    }

    @AfterEach
    void close() throws Exception {
        Closing.all(pair);
    }

    // ---- whole ones

    @Test
    void passesIdenticalByteByByte() {
        pair.chunks(Chunks.of(1), Chunks.of(1));
        pair.converse(SMALL_SIZES);
    }

    @Test
    void passesIdenticalByteByByteThoughItIsLong() {
        // The kernel may join some of them: both ends look only now and then.
        pair.chunks(Chunks.of(1), Chunks.of(1));
        pair.converseLookingOnceIn(32, ALL_SIZES);
    }

    @Test
    void passesIdenticalInPiecesOfEachSmallSize() {
        for (int bytes = 2; bytes <= 64; bytes++) {
            pair.chunks(Chunks.of(bytes), Chunks.of(65 - bytes));
            pair.converse(SMALL_SIZES);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4095, 4096, 4127, 4128, 4129, 32768, 65535})
    void passesIdenticalInLargePieces(final int bytes) {
        pair.chunks(Chunks.of(bytes), Chunks.of(bytes));
        pair.converse(ALL_SIZES);
    }

    @Test
    void passesIdenticalInPiecesOfAnySize() {
        final long seed = Long.getLong("verbena.seed", System.nanoTime());
        try {
            for (int i = 0; i < 30; i++) {
                pair.chunks(
                        Chunks.random(seed + i, i < 15 ? 97 : 9000),
                        Chunks.random(seed - i, i < 15 ? 89 : 7000));
                pair.converse(i < 15 ? SMALL_SIZES : ALL_SIZES);
            }
        } catch (final AssertionError e) {
            throw new AssertionError("again with -Dverbena.seed=" + seed + ": " + e, e);
        }
    }

    @Test
    void passesIdenticalWhereverItIsSplitInItsFirstBytes() {
        for (int place = 1; place <= FIRST_BYTES; place++) {
            pair.chunks(Chunks.splitAt(place, 5), Chunks.splitAt(place, 5));
            pair.converse(SMALL_SIZES);
        }
    }

    // ---- cut ones

    @Test
    void thatIsCutAnywhereOnTheWayToTheServerEndsForTheTrueReason() {
        pair.cutEverywhere(true, false, 1);
    }

    @Test
    void thatIsCutAnywhereOnTheWayToTheClientEndsForTheTrueReason() {
        pair.cutEverywhere(false, false, 1);
    }

    @Test
    void thatIsResetAnywhereOnTheWayToTheServerEndsForTheTrueReason() {
        pair.cutEverywhere(true, true, 1);
    }

    @Test
    void thatIsResetAnywhereOnTheWayToTheClientEndsForTheTrueReason() {
        pair.cutEverywhere(false, true, 1);
    }
}
