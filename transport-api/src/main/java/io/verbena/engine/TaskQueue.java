// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

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

    /**
     * Something may be there: asked twice for each message on some event queues, and the queue's
     * own answer is in two more lines of the cache.
     */
    private volatile boolean added;

    /**
     * Is there nothing to run? A task that is just being added may be missed, as its producer wakes
     * the consumer afterwards.
     */
    boolean isEmpty() {
        return !added;
    }

    /**
     * Runs tasks, on the consumer's thread.
     *
     * @param runner runs each; doesn't throw.
     * @param limit so many at most: one that adds itself again is not to keep the I/O waiting.
     * @return tasks run.
     */
    int run(final Consumer<Runnable> runner, final int limit) {
        // Whoever adds one that is missed below says so again.
        added = false;
        int run = 0;
        Runnable task = tasks.poll();
        while (task != null) {
            runner.accept(task);
            run++;
            task = run < limit ? tasks.poll() : null;
        }
        if (run == limit) {
            added = true;
        }
        return run;
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
        added = true;
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
