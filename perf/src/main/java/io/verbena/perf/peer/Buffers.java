// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Direct buffers in the machine's own byte order, as nothing here leaves the machine. */
final class Buffers {

    private Buffers() {}

    /**
     * Room for a window of frames, up to the size of a socket read: more would only cost cache, of
     * which a thousand connections have none to spare.
     */
    static ByteBuffer forWindow(final int window, final int frameSize) {
        return direct(Math.min(window * frameSize, 64 * 1024));
    }

    static ByteBuffer direct(final int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    }
}
