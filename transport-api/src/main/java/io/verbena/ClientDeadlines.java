// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One timer for all calls of a client, of the JDK's own: it also goes off while nobody runs the
 * event loop. Thread-safe.
 */
final class ClientDeadlines {
    /** Timers that come thicker than this are one. */
    private static final long COARSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Runnable onTime;
    private final AtomicReference<@Nullable Timer> armed = new AtomicReference<>();
    private volatile boolean stopped;

    /**
     * Makes one, with no timer armed.
     *
     * @param onTime run on a thread of the JDK's, never on the one that asked.
     */
    ClientDeadlines(final Runnable onTime) {
        this.onTime = onTime;
    }

    /** Has the task run at this time, or earlier. */
    void watch(final long deadlineNs) {
        while (!stopped) {
            final Timer current = armed.get();
            if (current != null && current.atNs - deadlineNs <= 0) {
                return;
            }
            final Timer next = new Timer(deadlineNs);
            if (armed.compareAndSet(current, next)) {
                if (current != null) {
                    current.cancel();
                }
                start(next);
                return;
            }
        }
    }

    private void start(final Timer timer) {
        final long delayNs = Math.max(COARSE_NS, timer.atNs - System.nanoTime());
        final var unused =
                timer.time
                        .completeOnTimeout(Boolean.TRUE, delayNs, TimeUnit.NANOSECONDS)
                        .thenRunAsync(() -> fire(timer));
        if (stopped) {
            timer.cancel();
        }
    }

    private void fire(final Timer timer) {
        if (armed.compareAndSet(timer, null) && !stopped) {
            onTime.run();
        }
    }

    /** No timer goes off any more, and none is kept. */
    void stop() {
        stopped = true;
        final Timer last = armed.getAndSet(null);
        if (last != null) {
            last.cancel();
        }
    }

    private static final class Timer {
        final long atNs;
        final CompletableFuture<Boolean> time = new CompletableFuture<>();

        Timer(final long atNs) {
            this.atNs = atNs;
        }

        /** The JDK forgets a timer whose future is done. */
        void cancel() {
            time.cancel(false);
        }
    }
}
