// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** What an event queue does when there is nothing to do. */
public enum IdlePolicy {
    /** Never waits: the lowest latency, one core for itself. */
    SPIN,

    /** Spins for a while, then yields for a while, then waits in the kernel. */
    ADAPTIVE,

    /** Waits in the kernel at once: no CPU while idle, and the price of a wake-up per message. */
    BLOCK
}
