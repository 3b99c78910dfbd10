// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.verbena.tcp.hostile.ChunkingProxy.Chunks;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@DisplayName("A conversation over TLS whose bytes come in pieces")
@ExtendWith(NothingLeft.class)
class TlsInPiecesTest {
    private static final int[] SIZES = {0, 10, 5000, 1};
    private static final int MSG_BYTES = 8 * 1024;

    /**
     * A handshake takes milliseconds, so not every place is tried: but each is likely to be that
     * does something else, as records and their parts are longer than this. That a client's first
     * words may end anywhere, {@link HostileTlsTest} shows. With -Dverbena.cut.step=1 every place
     * is tried, in two minutes or three.
     */
    private static final int STEP = Integer.getInteger("verbena.cut.step", 13);

    private ChunkedPair pair;

    @BeforeEach
    void open() throws IOException {
        pair = ChunkedPair.overTls(MSG_BYTES);
    }

    @AfterEach
    void close() throws Exception {
        Closing.all(pair);
    }

    @Test
    void passesIdenticalByteByByte() {
        pair.chunks(Chunks.of(1), Chunks.of(1));
        pair.converse(SIZES);
    }

    @Test
    void passesIdenticalInPiecesOfAnySize() {
        final long seed = Long.getLong("verbena.seed", System.nanoTime());
        try {
            for (int i = 0; i < 10; i++) {
                pair.chunks(Chunks.random(seed + i, 300), Chunks.random(seed - i, 500));
                pair.converse(SIZES);
            }
        } catch (final AssertionError e) {
            throw new AssertionError("again with -Dverbena.seed=" + seed + ": " + e, e);
        }
    }

    @Test
    void thatIsCutAnywhereOnTheWayToTheServerEnds() {
        pair.cutEverywhere(true, false, STEP);
    }

    @Test
    void thatIsCutAnywhereOnTheWayToTheClientEnds() {
        pair.cutEverywhere(false, false, STEP);
    }
}
