// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.MsgPool;
import io.verbena.PoolGrowth;
import io.verbena.PoolUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pools of one event queue, and the choice of a message for each request that arrives. */
final class PoolSet {
    private final List<DirectMsgPool> all = new ArrayList<>();

    /** Those that receive requests, the smallest IN first. */
    private final List<DirectMsgPool> serving = new ArrayList<>();

    /** Those that the growth call-back made, which nobody else will close. */
    private final List<DirectMsgPool> grown = new ArrayList<>();

    private int nextId;

    void bind(final DirectMsgPool pool, final EventQueue queue, final PoolUse use) {
        pool.bind(queue, use, nextId);
        nextId++;
        all.add(pool);
        if (use.server()) {
            serving.add(pool);
            serving.sort(Comparator.comparingInt(MsgPool::inBytes));
        }
    }

    void unbind(final DirectMsgPool pool) {
        all.remove(pool);
        serving.remove(pool);
        pool.unbound();
    }

    List<DirectMsgPool> all() {
        return all;
    }

    /** Messages that can receive requests, free or not. */
    int servingCount() {
        int count = 0;
        for (final DirectMsgPool pool : serving) {
            count += pool.count();
        }
        return count;
    }

    /** A free message for a request, null if there is none. */
    @Nullable EngineMsg take(final int bytes) {
        for (int i = 0; i < serving.size(); i++) {
            final DirectMsgPool pool = serving.get(i);
            if (pool.inBytes() >= bytes) {
                final EngineMsg msg = pool.pop(EngineMsg.RECEIVING);
                if (msg != null) {
                    return msg;
                }
            }
        }
        return null;
    }

    /** Frees what a session was receiving into. Looks at every message: for the end of a link. */
    void freeReceiving(final long session) {
        for (int i = 0; i < serving.size(); i++) {
            final DirectMsgPool pool = serving.get(i);
            for (int index = 0; index < pool.count(); index++) {
                final EngineMsg msg = pool.message(index);
                if (msg.state == EngineMsg.RECEIVING && msg.session == session) {
                    pool.free(msg);
                }
            }
        }
    }

    /** Is any message free, of whatever length? */
    boolean anyFree() {
        for (int i = 0; i < serving.size(); i++) {
            if (serving.get(i).available() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Could a request of this length be received if only messages were free? */
    boolean fits(final int bytes) {
        return !serving.isEmpty() && serving.get(serving.size() - 1).inBytes() >= bytes;
    }

    /** Asks the application for a pool for a request of this length; null if it declines. */
    @Nullable DirectMsgPool grow(final PoolGrowth growth, final int bytes) {
        final MsgPool pool = growth.grow(bytes);
        if (pool == null) {
            return null;
        }
        final DirectMsgPool own = DirectMsgPool.of(pool);
        if (own.inBytes() < bytes) {
            throw new IllegalArgumentException(
                    "%s was given for a request of %d bytes".formatted(own, bytes));
        }
        grown.add(own);
        return own;
    }

    /** Lets go of all pools; those that were grown are closed as soon as they are whole. */
    void close() {
        for (final DirectMsgPool pool : List.copyOf(all)) {
            unbind(pool);
        }
        grown.forEach(DirectMsgPool::closeWhenWhole);
        grown.clear();
    }
}
