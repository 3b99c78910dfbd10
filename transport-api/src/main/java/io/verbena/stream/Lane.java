// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventQueueHandler;
import io.verbena.MsgPool;
import io.verbena.PoolUse;

/** An event queue for one busy stream at a time, which is run by whoever serves the stream. */
final class Lane implements AutoCloseable {
    private final EventQueueHandler eventQueue;
    private final MsgPool pool;

    Lane(final StreamOptions options) {
        eventQueue = EventQueueHandler.open(ClientCarrier.queueOptions(options));
        try {
            pool = MsgPool.direct(1, options.fragmentBytes(), options.fragmentBytes());
            eventQueue.bind(pool, PoolUse.SERVER);
        } catch (final Throwable e) {
            eventQueue.close();
            throw e;
        }
    }

    EventQueueHandler eventQueue() {
        return eventQueue;
    }

    /**
     * Forgets the session that has left: what it still had to do here, and its socket in the
     * selector, or the descriptor could not be closed.
     */
    void settle() {
        eventQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
    }

    /** Cuts off what is still there. */
    @Override
    public void close() {
        eventQueue.close();
        pool.close();
    }
}
