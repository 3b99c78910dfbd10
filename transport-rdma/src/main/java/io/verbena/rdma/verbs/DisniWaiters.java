// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Waiters of a stock libdisni, which can't wait for several channels at once: they can't know
 * whether what they watch has something, and say after a short while that it may.
 *
 * <p>Thread-safe, as {@link Verbs#createWaiter} and its neighbours are.
 */
final class DisniWaiters {
    /** How long a wait may be: its caller has to look then. */
    private static final int SLICE_MS = 1;

    private final Map<Long, Waiter> all = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    private static final class Waiter {
        final Semaphore wakes = new Semaphore(0);

        /** How much is watched; of the thread that waits. */
        int watched;
    }

    long create() {
        final long handle = last.incrementAndGet();
        all.put(handle, new Waiter());
        return handle;
    }

    void destroy(final long handle) {
        if (all.remove(handle) == null) {
            throw none(handle);
        }
    }

    void watch(final long handle) {
        find(handle).watched++;
    }

    void unwatch(final long handle) {
        find(handle).watched--;
    }

    void wake(final long handle) {
        find(handle).wakes.release();
    }

    boolean await(final long handle, final int timeoutMs) {
        final Waiter waiter = find(handle);
        final boolean woken;
        try {
            if (timeoutMs < 0 && waiter.watched == 0) {
                waiter.wakes.acquire();
                woken = true;
            } else {
                final int slice = waiter.watched == 0 ? timeoutMs : SLICE_MS;
                woken =
                        waiter.wakes.tryAcquire(
                                timeoutMs < 0 ? slice : Math.min(slice, timeoutMs),
                                TimeUnit.MILLISECONDS);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
        waiter.wakes.drainPermits();
        return woken || waiter.watched > 0;
    }

    private Waiter find(final long handle) {
        final Waiter found = all.get(handle);
        if (found == null) {
            throw none(handle);
        }
        return found;
    }

    private static IllegalStateException none(final long handle) {
        return new IllegalStateException("the waiter " + handle + " doesn't exist any more");
    }
}
