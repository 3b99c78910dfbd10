// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets so many handshakes of a listener be under way; more wait in the order in which they came.
 */
public final class HandshakeLimit {
    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private int free;

    /** Who may wait. */
    interface Waiter {
        /** It may begin now, and must call {@link HandshakeLimit#leave()} when it has ended. */
        void onEntered();
    }

    /**
     * A limit.
     *
     * @param most how many may be under way.
     */
    public HandshakeLimit(final int most) {
        free = most;
    }

    /** May it begin? If not, it is told when it may. */
    boolean enter(final Waiter waiter) {
        if (free > 0) {
            free--;
            return true;
        }
        waiting.add(waiter);
        return false;
    }

    /** One that has entered has ended. */
    void leave() {
        final Waiter next = waiting.poll();
        if (next == null) {
            free++;
        } else {
            next.onEntered();
        }
    }

    /** One that waits wants to no more. */
    void giveUp(final Waiter waiter) {
        waiting.remove(waiter);
    }
}
