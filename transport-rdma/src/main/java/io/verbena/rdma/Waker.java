// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.PollerContext;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for RDMA while its event queue waits elsewhere, as in a Selector, which can't
 * wait for a completion channel. There is none until an event queue has sessions of both kinds.
 */
final class Waker {
    private final Verbs verbs;
    private final long waiter;
    private final PollerContext context;
    private final Semaphore turns = new Semaphore(0);
    private @Nullable Thread thread;
    private volatile boolean waiting;
    private volatile boolean fired;
    private volatile boolean closed;

    Waker(final Verbs verbs, final long waiter, final PollerContext context) {
        this.verbs = verbs;
        this.waiter = waiter;
        this.context = context;
    }

    /** Starts to wait, if it doesn't already. */
    void start() {
        if (thread == null) {
            final Thread made = new Thread(this::run, "verbena-rdma-waker");
            made.setDaemon(true);
            made.start();
            thread = made;
        }
        if (!waiting) {
            waiting = true;
            turns.release();
        }
    }

    /** Has something come since it was started? Asked once. */
    boolean hasFired() {
        if (fired) {
            fired = false;
            return true;
        }
        return false;
    }

    private void run() {
        while (!closed) {
            turns.acquireUninterruptibly();
            if (closed) {
                return;
            }
            verbs.await(waiter, -1);
            waiting = false;
            fired = true;
            if (!closed) {
                context.wakeup();
            }
        }
    }

    void close() {
        closed = true;
        final Thread running = thread;
        if (running != null) {
            turns.release();
            verbs.wake(waiter);
            boolean interrupted = false;
            while (running.isAlive()) {
                try {
                    running.join();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
