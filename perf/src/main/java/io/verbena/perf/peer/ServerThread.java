// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The thread of a server's loop, and what became of it. */
final class ServerThread {

    private final Thread thread;
    private volatile @Nullable Throwable failure;

    /** Makes a thread that inherits the CPU of the one that {@linkplain #start starts} it. */
    ServerThread(final String name, final Runnable loop) {
        thread = new Thread(loop, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Says what ended the loop before its time. */
    void fail(final Throwable cause) {
        failure = cause;
    }

    /** Waits for the loop to end; throws what it failed with, if it did. */
    void join() throws IOException {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        final Throwable cause = failure;
        if (cause != null) {
            throw new IOException("the server failed", cause);
        }
    }
}
