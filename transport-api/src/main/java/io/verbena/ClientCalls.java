// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a client that have not ended, and in their order those of them that wait to be sent.
 * Bounded, and thread-safe.
 */
final class ClientCalls {
    private final int most;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<ClientCall> outstanding = ConcurrentHashMap.newKeySet();
    private final Queue<ClientCall> waiting = new ConcurrentLinkedQueue<>();

    ClientCalls(final int most) {
        this.most = most;
    }

    /** A new call, at the end of those that wait; null if there are as many as there may be. */
    @Nullable ClientCall begin(final ByteBuffer request, final long timeoutNs) {
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return null;
        }
        final ClientCall call;
        try {
            call = new ClientCall(request, timeoutNs);
        } catch (final Throwable e) {
            count.decrementAndGet();
            throw e;
        }
        outstanding.add(call);
        waiting.add(call);
        // For the caller who cancels the future, or completes it.
        final var unused = call.future.whenComplete((response, failure) -> forget(call));
        return call;
    }

    boolean anyWaits() {
        return !waiting.isEmpty();
    }

    /** Takes the first of those that wait; null if none does. */
    @Nullable ClientCall takeFirst() {
        final ClientCall call = waiting.poll();
        if (call != null) {
            call.taken = true;
        }
        return call;
    }

    /** Ends a call, unless it has ended. The room that it took is free before its caller knows. */
    void complete(final ClientCall call, final ByteBuffer response) {
        forget(call);
        call.future.complete(response);
    }

    /** Ends a call, unless it has ended. */
    void fail(final ClientCall call, final VerbenaException failure) {
        forget(call);
        call.future.completeExceptionally(failure);
    }

    private void forget(final ClientCall call) {
        if (outstanding.remove(call)) {
            count.decrementAndGet();
            if (!call.taken) {
                waiting.remove(call);
            }
        }
    }

    /** Shows every call that has not ended. */
    void forEach(final Consumer<ClientCall> action) {
        outstanding.forEach(action);
    }

    /** Ends those whose deadline is not after a time. */
    void expire(final long timeNs) {
        boolean any = false;
        for (final ClientCall call : outstanding) {
            if (call.deadlineNs - timeNs <= 0) {
                any = true;
                // Out of the queue with all the others, in one pass.
                call.taken = true;
                fail(call, ClientFailures.late(call.timeoutNs));
            }
        }
        if (any) {
            waiting.removeIf(ClientCall::isDone);
        }
    }
}
