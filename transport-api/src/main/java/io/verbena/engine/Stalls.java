// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import java.util.ArrayDeque;

/**
 * The sessions of an event queue whose transport was told "not now", and is to be told when it can
 * go on: in the next duty cycle, as far as the loop's budget of events reaches, or when a message
 * is free. Each in its turn, so that none is served twice before the others.
 */
final class Stalls {
    private final EventQueue queue;

    /** Sessions that wait for a free message. */
    private final ArrayDeque<AbstractSession> starving = new ArrayDeque<>();

    /** Sessions that can go on, or as soon as there is budget. */
    private final ArrayDeque<AbstractSession> paused = new ArrayDeque<>();

    /** There may be some of either kind. Asked in every duty cycle; as a rule there are none. */
    private boolean anyStalled;

    /** Since a session stalls, a message has become free. */
    private boolean messageFreed;

    Stalls(final EventQueue queue) {
        this.queue = queue;
    }

    /** The session can go on when there is budget. */
    void pause(final AbstractSession session) {
        anyStalled = true;
        paused.add(session);
    }

    /** The session can go on when there is a free message. */
    void starve(final AbstractSession session) {
        queue.counters.poolStalls++;
        anyStalled = true;
        starving.add(session);
    }

    /** A message that requests can be received into is free. */
    void messageFreed() {
        // Where nobody waits for it, whoever asks next finds it.
        messageFreed = anyStalled;
    }

    /** The session doesn't wait any more. */
    void forget(final AbstractSession session) {
        paused.remove(session);
        starving.remove(session);
    }

    /** Lets go on who can; returns how many did. */
    int resume() {
        if (!anyStalled) {
            return 0;
        }
        final int resumed = resumePaused() + resumeStarving();
        anyStalled = !paused.isEmpty() || !starving.isEmpty();
        return resumed;
    }

    private int resumePaused() {
        int resumed = 0;
        for (int i = paused.size(); i > 0 && queue.hasBudget(); i--) {
            paused.remove().resume();
            resumed++;
        }
        return resumed;
    }

    private int resumeStarving() {
        if (!messageFreed) {
            return 0;
        }
        messageFreed = false;
        int resumed = 0;
        for (int i = starving.size(); i > 0 && queue.hasBudget() && queue.pools().fits(0); i--) {
            final long stalls = queue.counters.poolStalls;
            starving.remove().resume();
            resumed++;
            if (queue.counters.poolStalls != stalls && !queue.pools().anyFree()) {
                // Dry again: the others needn't ask. The one that asked has gone to the end.
                break;
            }
        }
        if (!queue.hasBudget() && !starving.isEmpty()) {
            messageFreed = true;
        }
        return resumed;
    }

    void clear() {
        starving.clear();
        paused.clear();
    }
}
