// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Shows on a terminal how far long work is, on a line that is gone in the end. A thread of its own
 * asks, so that the work isn't held up.
 */
final class Progress {
    private static final long INTERVAL_MS = 500;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final LongSupplier done;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "progress");

    private Progress(final PrintWriter err, final LongSupplier done) {
        this.err = err;
        this.done = done;
    }

    /** Starts to show, if the process's standard error is a terminal. */
    static Progress start(final PrintWriter err, final LongSupplier done) {
        final Progress progress = new Progress(err, done);
        if (isTerminal()) {
            progress.thread.setDaemon(true);
            progress.thread.start();
        }
        return progress;
    }

    /** Java 17 can't tell for standard error alone; Linux can. */
    private static boolean isTerminal() {
        try {
            final String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (final IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private void run() {
        long before = 0;
        boolean shown = false;
        try {
            while (!ended.await(INTERVAL_MS, TimeUnit.MILLISECONDS)) {
                final long now = done.getAsLong();
                final double perSecond = (now - before) * 1000.0 / INTERVAL_MS;
                err.print(
                        CLEAR
                                + Say.plural(now, "transaction")
                                + ", "
                                + Say.perSecond(perSecond)
                                + "/s");
                err.flush();
                before = now;
                shown = true;
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (shown) {
            err.print(CLEAR);
            err.flush();
        }
    }

    /** Stops, and leaves no trace on the terminal. */
    void stop() {
        ended.countDown();
        try {
            thread.join(); // returns at once if it was never started
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
