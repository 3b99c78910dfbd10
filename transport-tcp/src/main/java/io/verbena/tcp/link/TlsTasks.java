// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which handshakes do what takes long: signatures, key exchanges, whatever a trust
 * manager does. All event queues of the process share them, as processors are what is scarce; they
 * end when nobody uses TLS any more.
 *
 * <p>What waits for them is bounded by the handshakes under way, each of which has one task at
 * most.
 */
public final class TlsTasks implements AutoCloseable {
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);

    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Object LOCK = new Object();
    private static @Nullable ThreadPoolExecutor shared;
    private static int users;

    private final ThreadPoolExecutor threads;
    private boolean closed;

    private TlsTasks(final ThreadPoolExecutor threads) {
        this.threads = threads;
    }

    /**
     * Begins to use the threads.
     *
     * @return a share in them, for one user; to be closed.
     */
    public static TlsTasks share() {
        synchronized (LOCK) {
            users++;
            ThreadPoolExecutor current = shared;
            if (current == null) {
                current = start();
                shared = current;
            }
            return new TlsTasks(current);
        }
    }

    private static ThreadPoolExecutor start() {
        final ThreadPoolExecutor made =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        IDLE_NS,
                        TimeUnit.NANOSECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            final Thread thread =
                                    new Thread(task, "verbena-tls-" + NUMBERS.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    /** Is a task under way, or waiting for a thread? */
    static boolean areBusy() {
        synchronized (LOCK) {
            final ThreadPoolExecutor current = shared;
            return current != null
                    && (current.getActiveCount() > 0 || !current.getQueue().isEmpty());
        }
    }

    Executor executor() {
        return threads;
    }

    /** Ends the share. Tasks that wait are still run. Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        synchronized (LOCK) {
            if (--users == 0) {
                shared = null;
                threads.shutdown();
            }
        }
    }
}
