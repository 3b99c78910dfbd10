// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.IdlePolicy;

/**
 * What to do next in a loop that has found nothing to do.
 *
 * <p>Adaptive is the rule of thumb of competitive spinning (Karlin and others, "Empirical studies
 * of competitive spinning", 1991): to spin for as long as a wake-up costs is never worse than twice
 * the best choice.
 */
final class Idle {
    /** What a wake-up costs, roughly, on a machine that was asleep. */
    private static final long SPIN_NS = 50_000;

    /** Then the core is offered to others, before it is given up. */
    private static final long YIELD_NS = 100_000;

    private final IdlePolicy policy;
    private long idleSinceNs = -1;

    Idle(final IdlePolicy policy) {
        this.policy = policy;
    }

    void busy() {
        idleSinceNs = -1;
    }

    /** Spins or yields a little; true if it is time to wait instead. */
    boolean idle(final long nowNs) {
        switch (policy) {
            case SPIN -> Thread.onSpinWait();
            case BLOCK -> {
                return true;
            }
            case ADAPTIVE -> {
                if (idleSinceNs < 0) {
                    idleSinceNs = nowNs;
                }
                final long idleNs = nowNs - idleSinceNs;
                if (idleNs < SPIN_NS) {
                    Thread.onSpinWait();
                } else if (idleNs < YIELD_NS) {
                    Thread.yield();
                } else {
                    return true;
                }
            }
        }
        return false;
    }
}
