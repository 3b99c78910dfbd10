// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.bridge;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event queue of a bridge, with its thread and memory. */
final class BridgeLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BridgeLoop.class);
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(1);

    private final EventQueueHandler eventQueue;
    private final MsgPool pool;
    private final Thread thread;

    BridgeLoop(final BridgeOptions options) {
        eventQueue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults()
                                .withIdlePolicy(IdlePolicy.BLOCK)
                                .withCloseTimeoutNs(CLOSE_NS)
                                .withErrorHandler(BridgeLoop::failed));
        try {
            pool =
                    MsgPool.direct(
                            options.messages(), options.fragmentBytes(), options.fragmentBytes());
            eventQueue.bind(pool, PoolUse.BOTH);
        } catch (final Throwable e) {
            eventQueue.close();
            throw e;
        }
        thread = new Thread(eventQueue, "verbena-bridge-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
    }

    /** The session whose call-back has thrown is closed, and counted as lost; the others go on. */
    private static void failed(final Throwable cause) {
        LOG.error("A stream has failed in the bridge itself", cause);
    }

    EventQueueHandler eventQueue() {
        return eventQueue;
    }

    /** A portal that others forward to. */
    ServerPortal worker(final ServerPortal.Handler handler, final BridgeOptions options) {
        return ServerPortal.worker(eventQueue, handler, options.portal());
    }

    /** From now on the event queue is its thread's. */
    void start() {
        thread.start();
    }

    /** Asks something on its thread; fails if it is closed. */
    <T> CompletableFuture<T> ask(final Supplier<T> question) {
        try {
            return CompletableFuture.supplyAsync(question, eventQueue::execute);
        } catch (final RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() {
        eventQueue.close();
        boolean interrupted = false;
        final long endNs = System.nanoTime() + 2 * CLOSE_NS;
        while (thread.isAlive() && endNs - System.nanoTime() > 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, endNs - System.nanoTime());
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        pool.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
