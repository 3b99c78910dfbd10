// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A message as a transport sees it: memory to send from and to receive into.
 *
 * <p>The two buffers are the transport's own views: it may move their positions and limits as it
 * likes and need not restore them. The application's views of the same memory are others.
 */
public interface MsgMemory {
    /** No memory: there is no payload, or it is read and thrown away. */
    MsgMemory DISCARD = new Discard();

    /**
     * Memory to receive into.
     *
     * @return a view of the whole IN buffer.
     */
    ByteBuffer inbound();

    /**
     * Memory to send from.
     *
     * @return a view of the whole OUT buffer.
     */
    ByteBuffer outbound();

    /**
     * The pool that the message is part of; a transport keeps what it knows about a pool by it.
     *
     * @return the pool's memory; null, the default, for memory that is part of none, such as a
     *     control frame's.
     */
    default @Nullable PoolMemory pool() {
        return null;
    }

    /**
     * The message's place in its pool.
     *
     * @return 0 to the pool's count, exclusive; 0, the default, without a pool.
     */
    default int index() {
        return 0;
    }

    /**
     * Are IN and OUT swapped, so that {@link #inbound()} is in the pool's block of OUTs?
     *
     * @return whether this is a mirror; memory without a pool, the default, never is.
     */
    default boolean swapped() {
        return false;
    }
}
