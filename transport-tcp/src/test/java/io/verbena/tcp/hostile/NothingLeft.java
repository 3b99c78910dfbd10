// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.netty.buffer.PooledByteBufAllocator;
import io.verbena.testkit.Leaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@link Leaks} for tests of thousands of connections: before the first measurement every arena of
 * Netty's allocator has the chunk that it will keep, and where the buffers that only the garbage
 * collector frees (a few bytes per connection) come to more than is let pass, it is called.
 */
final class NothingLeft implements BeforeEachCallback, AfterEachCallback {
    private static boolean warm;

    private final Leaks leaks = new Leaks();

    @Override
    public void beforeEach(final ExtensionContext context) throws InterruptedException {
        warmUp();
        leaks.begin();
    }

    @Override
    public void afterEach(final ExtensionContext context) {
        if (!leaks.isNothingLeft()) {
            System.gc();
        }
        leaks.check();
    }

    /** Threads that live at the same time are spread over all arenas. */
    private static synchronized void warmUp() throws InterruptedException {
        if (warm) {
            return;
        }
        warm = true;
        final int arenas = PooledByteBufAllocator.defaultNumDirectArena();
        final CountDownLatch allAreThere = new CountDownLatch(arenas);
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < arenas; i++) {
            final Thread thread =
                    new Thread(
                            () -> {
                                PooledByteBufAllocator.DEFAULT.directBuffer(1 << 15).release();
                                allAreThere.countDown();
                                try {
                                    allAreThere.await();
                                } catch (final InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            },
                            "warm-up");
            threads.add(thread);
            thread.start();
        }
        for (final Thread thread : threads) {
            thread.join();
        }
    }
}
