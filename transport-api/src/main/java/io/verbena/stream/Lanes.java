// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The lanes of a listener that no stream is in; the one used last is taken first. Thread-safe. */
final class Lanes implements AutoCloseable {
    /** More than this aren't kept: a lane costs two descriptors and two buffers. */
    private static final int MAX_KEPT = 64;

    private final StreamOptions options;
    private final ArrayDeque<Lane> free = new ArrayDeque<>();
    private boolean closed;

    Lanes(final StreamOptions options) {
        this.options = options;
    }

    Lane take() {
        final Lane lane = poll();
        return lane == null ? new Lane(options) : lane;
    }

    private synchronized @Nullable Lane poll() {
        return free.pollFirst();
    }

    /** Takes back a lane that nothing is in, and that is {@linkplain Lane#settle() settled}. */
    void give(final Lane lane) {
        if (!keep(lane)) {
            lane.close();
        }
    }

    private synchronized boolean keep(final Lane lane) {
        if (closed || free.size() == MAX_KEPT) {
            return false;
        }
        free.addFirst(lane);
        return true;
    }

    @Override
    public void close() {
        final ArrayDeque<Lane> left;
        synchronized (this) {
            closed = true;
            left = new ArrayDeque<>(free);
            free.clear();
        }
        left.forEach(Lane::close);
    }
}
