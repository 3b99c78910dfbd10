// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Direct buffers in the machine's own byte order, as nothing here leaves the machine. */
final class Buffers {

    private static final int CACHE_LINE = 64;

    private Buffers() {}

    /**
     * Room for a window of frames, up to the size of a socket read: more would only cost cache, of
     * which a thousand connections have none to spare.
     *
     * @param surplus bytes beyond that
     */
    static ByteBuffer forWindow(final int window, final int frameSize, final int surplus) {
        return direct(Math.min(window * frameSize, 64 * 1024) + surplus);
    }

    /** Not a multiple of a page apart, or they would push each other out of the cache. */
    static ByteBuffer[] apart(final int count, final int size) {
        final ByteBuffer[] buffers = new ByteBuffer[count];
        final int stride = size + CACHE_LINE;
        final ByteBuffer all = direct(count * stride);
        for (int i = 0; i < count; i++) {
            buffers[i] = all.slice(i * stride, size).order(ByteOrder.nativeOrder());
        }
        return buffers;
    }

    static ByteBuffer direct(final int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    }
}
