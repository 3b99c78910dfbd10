// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** Which limit of a portal holds clients back without refusing them anything. */
public enum Throttle {
    /** {@link PortalOptions#maxAcceptsPerSecond()}: new connections wait in the kernel. */
    ACCEPT_RATE,

    /**
     * {@link SessionOptions#maxHeldBytes()}: a session is not read until it gives messages back.
     */
    SESSION_MEMORY
}
