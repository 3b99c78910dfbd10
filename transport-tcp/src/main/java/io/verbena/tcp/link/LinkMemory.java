// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import java.util.ArrayDeque;

/**
 * The buffers of an event queue's TLS links. A link has one only while it holds part of a record or
 * something that the kernel doesn't take, so a thousand idle links have none; the one that was
 * given back last is handed out first, while it is in cache.
 *
 * <p>The JDK's engine works in arrays, and copies what isn't in one: its records are on the heap,
 * those of other engines in direct memory.
 */
public final class LinkMemory implements AutoCloseable {
    /** As many of a kind are kept when nobody uses them. */
    private static final int MAX_SPARE = 16;

    private final ArrayDeque<LinkBuffer> heap = new ArrayDeque<>();
    private final ArrayDeque<LinkBuffer> direct = new ArrayDeque<>();
    private boolean closed;

    /** Has none yet. */
    public LinkMemory() {}

    LinkBuffer take(final boolean onHeap) {
        final LinkBuffer spare = (onHeap ? heap : direct).pollLast();
        if (spare != null) {
            return spare;
        }
        return onHeap ? LinkBuffer.heap() : LinkBuffer.direct();
    }

    void giveBack(final LinkBuffer buffer) {
        final ArrayDeque<LinkBuffer> spares = buffer.bytes.hasArray() ? heap : direct;
        if (closed || spares.size() >= MAX_SPARE) {
            buffer.free();
        } else {
            buffer.clear();
            spares.addLast(buffer);
        }
    }

    /** Frees all that nobody uses, and from now on all that is given back. */
    @Override
    public void close() {
        closed = true;
        direct.forEach(LinkBuffer::free);
        direct.clear();
        heap.clear();
    }
}
