// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message of a {@link MsgPool}: OUT holds what I send, IN what the other side wrote. What is sent
 * is OUT from 0 to its <em>position</em>; what was received is IN from 0 to its limit.
 *
 * <p>Both are direct buffers over the pool's memory, in Java's default byte order (big-endian)
 * unless the application sets another. The application may use a message only while it holds it:
 * from {@link MsgPool#take()} or a call-back until it sends, answers or releases it.
 */
public interface Msg {
    /**
     * What the other side wrote.
     *
     * @return the IN buffer, always the same object.
     */
    ByteBuffer in();

    /**
     * What I send.
     *
     * @return the OUT buffer, always the same object.
     */
    ByteBuffer out();

    /**
     * The pool that the message is part of.
     *
     * @return the pool.
     */
    MsgPool pool();

    /**
     * Gives the message back to its pool. Legal for messages from {@link MsgPool#take()}, and for
     * those that came back by {@link ClientSession.Handler}; a request at a server is answered or
     * discarded instead.
     *
     * @throws IllegalStateException if it isn't held by the application: released before, in
     *     flight, a request, or a mirror.
     */
    void release();

    /** Empties both buffers: IN has nothing to read, OUT has its whole capacity to write. */
    void reset();

    /**
     * The same memory with IN and OUT swapped, so that a relay sends on what it has received
     * without a copy: the mirror's OUT is this message's IN, positioned at its limit as it must be
     * for sending, and the response to the mirror arrives in this message's OUT, positioned for
     * sending too.
     *
     * <p>Mirrors are sent of pools that are bound for {@link PoolUse#BOTH} uses.
     *
     * <p>While the mirror is in flight, this message can't be sent, answered or released. A mirror
     * is never released itself.
     *
     * @return the mirror, always the same object; of a mirror, the message itself.
     * @throws IllegalStateException if the message isn't held by the application.
     */
    Msg mirror();

    /**
     * Is this a mirror?
     *
     * @return whether it is.
     */
    boolean isMirror();

    /**
     * What the application attached; never sent. A message that is taken has none.
     *
     * @return the context, null if there is none.
     */
    @Nullable Object userContext();

    /**
     * Attaches something of the application's.
     *
     * @param context anything, or null.
     */
    void userContext(@Nullable Object context);
}
