// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import io.verbena.engine.Engine;
import org.jspecify.annotations.Nullable;

/**
 * One block of direct memory, cut into messages. Belongs to one thread: that of the event queue
 * which it is bound to, or its user's before that.
 *
 * <p>The pool knows the state of each message. A double release, a foreign one and a use after
 * close are refused with an exception, and a pool can't be closed under a message that is out.
 * Where the system property {@code verbena.pool.trackTakes} is {@code true}, the exception names
 * the place that took the message, at the price of a stack trace per take.
 */
public interface MsgPool extends AutoCloseable {
    /**
     * Allocates a pool.
     *
     * @param count messages, 1 to 2<sup>20</sup>.
     * @param inBytes capacity of each IN, 0 or more.
     * @param outBytes capacity of each OUT, 0 or more.
     * @return the pool, with every message free.
     * @throws IllegalArgumentException if a size is out of range, or all together exceeds 2 GiB for
     *     INs or for OUTs.
     */
    static MsgPool direct(final int count, final int inBytes, final int outBytes) {
        return Engine.pool(count, inBytes, outBytes);
    }

    /**
     * Takes a free message, with both buffers {@linkplain Msg#reset() empty} and no user context.
     *
     * @return the message, held by the caller.
     * @throws PoolExhaustedException if none is free.
     */
    Msg take();

    /**
     * Takes a free message if there is one.
     *
     * @return the message, null if none is free.
     */
    @Nullable Msg tryTake();

    /**
     * Messages in the pool.
     *
     * @return their number, free or not.
     */
    int count();

    /**
     * Messages that are free.
     *
     * @return their number.
     */
    int available();

    /**
     * Capacity of each IN.
     *
     * @return bytes.
     */
    int inBytes();

    /**
     * Capacity of each OUT.
     *
     * @return bytes.
     */
    int outBytes();

    /**
     * Frees the memory. Idempotent. Unbinds the pool from its event queue first.
     *
     * @throws IllegalStateException if a message is not free: the exception says how many are in
     *     which state, and where they were taken if that is tracked.
     */
    @Override
    void close();

    /**
     * Is the pool closed?
     *
     * @return whether it is.
     */
    boolean isClosed();
}
