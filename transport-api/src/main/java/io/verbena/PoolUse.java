// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** Which end of a session a pool's messages serve. Registered memory gets no right beyond it. */
public enum PoolUse {
    /** Requests are sent from the pool's messages, and responses received into them. */
    CLIENT,

    /** Requests are received into the pool's messages, and responses sent from them. */
    SERVER,

    /** Both, as a relay needs it. */
    BOTH;

    /**
     * Does this use include sending requests?
     *
     * @return whether it does.
     */
    public boolean client() {
        return this != SERVER;
    }

    /**
     * Does this use include receiving requests?
     *
     * @return whether it does.
     */
    public boolean server() {
        return this != CLIENT;
    }
}
