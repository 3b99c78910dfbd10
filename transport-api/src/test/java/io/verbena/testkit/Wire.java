// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import java.net.URI;

/** A detour to a portal, on which a test can do harm. */
public interface Wire extends AutoCloseable {
    /**
     * What to connect to instead of the portal's URI.
     *
     * @return the URI.
     */
    URI uri();

    /** Breaks all links that exist, abruptly, for both ends. */
    void cut();

    /** From now on nothing goes through, either way, and nobody is told. */
    void stall();

    /** The end of {@link #stall()}: what was stalled goes through. */
    void release();

    /**
     * Looks around once more: has anything gone through since this was last asked?
     *
     * @return whether what came out may not have been seen yet; false where it is seen at once.
     */
    default boolean hasMoved() {
        return false;
    }

    /** Takes the detour away, and breaks what still goes over it. */
    @Override
    void close();
}
