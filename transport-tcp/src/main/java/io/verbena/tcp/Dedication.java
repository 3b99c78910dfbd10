// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.EventReason;
import io.verbena.spi.PollerContext;
import io.verbena.tcp.link.BlockingCall;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * How the thread of an event queue that is dedicated to one connection waits: in that connection's
 * read, without asking a selector first. That saves a system call and the thread's way through it,
 * about as much as the message costs otherwise.
 *
 * <p>Whatever needs the selector again, or must not wait, takes the connection back to it.
 */
final class Dedication implements Closeable {
    private final PollerContext context;
    private final BlockingCall call;
    private @Nullable NioConnection blocking;

    Dedication(final PollerContext context, final long stallTimeoutNs) {
        this.context = context;
        call = new BlockingCall(stallTimeoutNs, context::nanoTime);
    }

    /**
     * Waits for this connection's bytes, and does what they are for.
     *
     * @param timeoutNs above {@link BlockingCall#LEAST_TIMEOUT_NS}.
     * @return work done; -1 if it can't be waited for in this way.
     */
    int await(final NioConnection connection, final long timeoutNs) {
        if (connection.isDeaf()) {
            return release();
        }
        if (connection != blocking) {
            if (!connection.block(call)) {
                return -1;
            }
            blocking = connection;
        }
        call.limit(context.cycleTimeNs(), timeoutNs);
        return connection.read() ? 1 : 0;
    }

    /** The connection is the selector's again; returns work done. */
    int release() {
        final NioConnection connection = blocking;
        blocking = null;
        if (connection == null) {
            return 0;
        }
        if (connection.isDeaf() && connection.isAttached()) {
            connection.end(
                    EventReason.TRANSPORT_ERROR,
                    "its thread has stopped to receive before anything came",
                    null);
            return 1;
        }
        connection.unblock();
        return 0;
    }

    /** The connection has ended, or is another event queue's. */
    void forget(final NioConnection connection) {
        if (blocking == connection) {
            blocking = null;
        }
    }

    /** Cuts a wait short, or keeps the next one from beginning. Thread-safe. */
    boolean wakeup() {
        return call.wakeup();
    }

    @Override
    public void close() {
        call.close();
    }
}
