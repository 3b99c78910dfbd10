// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends work in good order when the process is asked to end, by SIGINT or SIGTERM: tells the work to
 * stop, lets it finish, and makes the process's exit code that of the work, not of the signal.
 */
final class OnSignal implements AutoCloseable {
    private static final long PATIENCE_S = 15;
    private static final int FAILED = 1;

    private final Runnable stop;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onSignal, "on-signal");
    private volatile int exitCode = FAILED;

    private OnSignal(final Runnable stop) {
        this.stop = stop;
    }

    /** Runs something on a signal, from another thread. */
    static OnSignal run(final Runnable stop) {
        final OnSignal onSignal = new OnSignal(stop);
        Runtime.getRuntime().addShutdownHook(onSignal.hook);
        return onSignal;
    }

    private void onSignal() {
        stop.run();
        try {
            if (!finished.await(PATIENCE_S, TimeUnit.SECONDS)) {
                exitCode = FAILED;
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }

    /** The work has finished, and well. */
    void endsWell() {
        exitCode = 0;
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending already, so the hook is at work.
        }
    }
}
