// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import org.jspecify.annotations.Nullable;

/** Asked for more memory when a request finds no free message. */
@FunctionalInterface
public interface PoolGrowth {
    /**
     * A request has arrived and no bound pool has a free message that is large enough.
     *
     * @param inBytes the request's length: each IN of the new pool must be at least as long.
     * @return an unbound pool, which the event queue binds for {@link PoolUse#SERVER} and closes
     *     with itself; null declines: the client waits until a message is free. What this method
     *     throws is treated like what a handler throws, and declines too.
     */
    @Nullable MsgPool grow(int inBytes);
}
