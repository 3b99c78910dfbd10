// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Tasks from any thread to the thread of an event queue: many producers, one consumer, no locks
 * until the queue is closed.
 */
final class TaskQueue {
    private static final int CHUNK = 256;

    private final MpscUnboundedAtomicArrayQueue<Runnable> tasks =
            new MpscUnboundedAtomicArrayQueue<>(CHUNK);
    private final ReentrantLock afterClose = new ReentrantLock();
    private volatile boolean closed;

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    @Nullable Runnable poll() {
        return tasks.poll();
    }

    /**
     * Adds a task.
     *
     * @param task the task.
     * @param late runs the tasks that were taken while the queue was being closed and that its
     *     consumer has missed.
     */
    void add(final Runnable task, final Consumer<Runnable> late) {
        if (closed) {
            throw new RejectedExecutionException("the event queue is closed");
        }
        tasks.add(task);
        if (closed) {
            drain(late);
        }
    }

    /** Takes no more tasks, and runs those that are left. */
    void close(final Consumer<Runnable> late) {
        closed = true;
        drain(late);
    }

    /** The lock makes the closers, of whom there may be several, one consumer. */
    private void drain(final Consumer<Runnable> late) {
        if (afterClose.isHeldByCurrentThread()) {
            return;
        }
        afterClose.lock();
        try {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                late.accept(task);
            }
        } finally {
            afterClose.unlock();
        }
    }
}
