// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.net.URI;

/** Where hostile ends come from, on one transport. */
public interface Lines extends AutoCloseable {
    /** What a portal under attack listens on. */
    URI portalUri();

    /** So many sessions that do no harm make the transport's loop notice others at once. */
    int bystanders();

    /** Runs of all loops in which everything that is under way has arrived. */
    int rounds();

    /** Do threads of the transport's own do something that is still to arrive? */
    default boolean isBusy() {
        return false;
    }

    /** A hostile client, which has connected to a portal or is about to. */
    Line connect(URI portal);

    /** Where the hostile server is to be connected to. */
    URI serverUri();

    /** The hostile server's end of the one link that a client is making to it; null: not yet. */
    Line accept();

    @Override
    void close();
}
