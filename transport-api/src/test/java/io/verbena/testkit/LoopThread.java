// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.EventQueueHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A thread that runs an event queue until {@link #close()}, which closes the queue too. */
public final class LoopThread implements AutoCloseable {
    private final EventQueueHandler queue;
    private final Thread thread;
    private volatile Throwable failure;
    private volatile boolean ending;

    /**
     * Starts to run the queue.
     *
     * @param queue the event queue.
     */
    public LoopThread(final EventQueueHandler queue) {
        this.queue = queue;
        thread = new Thread(this::run, "loop");
        thread.start();
    }

    private void run() {
        try {
            while (!ending && !queue.isClosed()) {
                queue.run();
            }
        } catch (final Throwable e) {
            failure = e;
        }
    }

    /**
     * The queue.
     *
     * @return the queue.
     */
    public EventQueueHandler queue() {
        return queue;
    }

    /**
     * Runs something on the queue's thread and waits for it.
     *
     * @param <T> what it gives.
     * @param task what to run.
     * @return what it gave.
     */
    public <T> T call(final Supplier<T> task) {
        final CompletableFuture<T> result = new CompletableFuture<>();
        queue.execute(
                () -> {
                    try {
                        result.complete(task.get());
                    } catch (final Throwable e) {
                        result.completeExceptionally(e);
                    }
                });
        try {
            return result.get(Pump.LIMIT_NS, TimeUnit.NANOSECONDS);
        } catch (final ExecutionException e) {
            throw new AssertionError("on the loop's thread", e.getCause());
        } catch (final InterruptedException | TimeoutException e) {
            throw new AssertionError("the loop's thread didn't run a task", e);
        }
    }

    /**
     * Runs something on the queue's thread and waits for it.
     *
     * @param task what to run.
     */
    public void run(final Runnable task) {
        call(
                () -> {
                    task.run();
                    return null;
                });
    }

    /**
     * What the loop threw.
     *
     * @return null if nothing.
     */
    public Throwable failure() {
        return failure;
    }

    /** Ends the loop's thread and leaves the queue open. */
    public void end() {
        ending = true;
        queue.breakEventLoop();
        join();
    }

    @Override
    public void close() {
        end();
        queue.close();
        if (failure != null) {
            throw new AssertionError("the loop threw", failure);
        }
    }

    private void join() {
        try {
            thread.join(TimeUnit.NANOSECONDS.toMillis(Pump.LIMIT_NS));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the loop didn't end");
        }
    }
}
