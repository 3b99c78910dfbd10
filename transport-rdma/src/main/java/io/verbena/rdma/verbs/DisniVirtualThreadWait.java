// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread's wait in {@link Extensions#await}. A native call keeps its carrier thread (JEP
 * 444), and for natives that aren't its own the JDK starts no other one: so as many waits as there
 * are carriers would let no virtual thread run, those included that are waited for. A platform
 * thread makes the call instead.
 */
final class DisniVirtualThreadWait {
    /** {@code Thread.isVirtual()}; null before JDK 21. */
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    /** As many as wait; an idle one ends soon. */
    private static final ExecutorService THREADS =
            new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    1,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    task -> {
                        final Thread thread = new Thread(task, "verbena-rdma-wait");
                        thread.setDaemon(true);
                        return thread;
                    });

    private DisniVirtualThreadWait() {}

    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (final ReflectiveOperationException e) {
            return null;
        }
    }

    /** Is this the current thread's way to wait? */
    static boolean isDue() {
        final MethodHandle isVirtual = IS_VIRTUAL;
        try {
            return isVirtual != null && (boolean) isVirtual.invokeExact(Thread.currentThread());
        } catch (final Throwable e) {
            throw new AssertionError("Thread.isVirtual() throws nothing", e);
        }
    }

    /**
     * Waits as the native does. An interrupt doesn't end it: who interrupts is to wake the waiter.
     */
    static boolean await(final long waiter, final int timeoutMs) {
        try {
            return CompletableFuture.supplyAsync(() -> Extensions.await(waiter, timeoutMs), THREADS)
                    .join();
        } catch (final CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
