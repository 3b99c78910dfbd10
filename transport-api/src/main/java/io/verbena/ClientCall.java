// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** One call of an {@link AsyncClient}: its request until that is sent, and its caller's future. */
final class ClientCall {
    private static final byte[] NOTHING = {};

    /** What the caller has. The caller may cancel it, or complete it, at any time on any thread. */
    final CompletableFuture<ByteBuffer> future = new CompletableFuture<>();

    final long timeoutNs;

    /** In {@link System#nanoTime()}. */
    final long deadlineNs;

    /** It has left the queue of those that wait, or will without being asked to. */
    volatile boolean taken;

    /** Its request was given to the session. */
    volatile boolean sent;

    private byte[] request;

    ClientCall(final ByteBuffer request, final long timeoutNs) {
        this.request = new byte[request.remaining()];
        request.get(request.position(), this.request);
        this.timeoutNs = timeoutNs;
        this.deadlineNs = System.nanoTime() + timeoutNs;
    }

    /** Moves the request out of here: it isn't needed twice. */
    void moveTo(final ByteBuffer out) {
        out.put(request);
        request = NOTHING;
    }

    boolean isDone() {
        return future.isDone();
    }
}
