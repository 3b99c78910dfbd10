// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.PoolUse;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.Verbs.Watched;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.PoolMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one event queue has of a device: its completion queues and its registered pools. */
final class LocalDevice {
    private final Verbs verbs;
    private final RdmaPoller poller;
    private final Domain domain;
    private final RdmaOptions options;
    private final List<CompletionQueue> queues = new ArrayList<>();
    private @Nullable RegisteredPool[] pools = new @Nullable RegisteredPool[4];

    LocalDevice(
            final Verbs verbs,
            final RdmaPoller poller,
            final long context,
            final RdmaOptions options)
            throws IOException {
        this.verbs = verbs;
        this.poller = poller;
        this.options = options;
        domain = Domain.of(verbs, context, poller);
        try {
            verbs.watch(poller.waiter(), Watched.CONTEXT, context);
        } catch (final IOException | RuntimeException e) {
            domain.leave(poller);
            throw e;
        }
    }

    Domain domain() {
        return domain;
    }

    /** A completion queue with room for so many. */
    CompletionQueue queueFor(final int completions) throws IOException {
        queues.removeIf(CompletionQueue::isBroken);
        for (final CompletionQueue queue : queues) {
            if (queue.hasRoom(completions)) {
                return queue;
            }
        }
        final CompletionQueue made =
                ownQueue(
                        Math.max(
                                completions,
                                Math.min(options.completions(), domain.limits().maxCompletions())));
        queues.add(made);
        return made;
    }

    /** A completion queue for one connection, which takes it along when it moves. */
    CompletionQueue ownQueue(final int completions) throws IOException {
        final CompletionQueue made = new CompletionQueue(verbs, domain.context(), completions);
        try {
            made.watch(poller.waiter());
        } catch (final IOException | RuntimeException e) {
            made.close();
            throw e;
        }
        poller.add(made);
        return made;
    }

    void register(final PoolMemory memory, final PoolUse use) throws IOException {
        if (memory.id() >= pools.length) {
            pools = Arrays.copyOf(pools, Math.max(memory.id() + 1, pools.length * 2));
        }
        pools[memory.id()] = RegisteredPool.register(verbs, domain.handle(), memory, use);
    }

    void deregister(final PoolMemory memory) {
        final RegisteredPool pool = memory.id() < pools.length ? pools[memory.id()] : null;
        if (pool != null) {
            pools[memory.id()] = null;
            pool.deregister();
        }
    }

    /** The registration of a message's pool; null if the message is of none. */
    @Nullable RegisteredPool poolOf(final MsgMemory message) {
        final PoolMemory pool = message.pool();
        return pool == null || pool.id() >= pools.length ? null : pools[pool.id()];
    }

    /** The event queue's connections are gone; its completion queues, too. */
    void close() {
        for (final RegisteredPool pool : pools) {
            if (pool != null) {
                pool.deregister();
            }
        }
        Arrays.fill(pools, null);
        verbs.unwatch(poller.waiter(), Watched.CONTEXT, domain.context());
        domain.leave(poller);
    }
}
