// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.RdmaConnection.Phase;
import io.verbena.spi.ConnectionHandler;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection's way from one event queue to another, before its session is decided on: it leaves
 * the one on that one's thread, and the other takes it on its own. In between nobody reads its
 * completions or events. Whatever fails on the way is told to the handler it ends up with.
 */
final class Handover {
    private final RdmaConnection connection;

    /** Why it could not leave as it should; whoever adopts it is told. */
    private @Nullable IOException failure;

    Handover(final RdmaConnection connection) {
        this.connection = connection;
    }

    /**
     * Leaves its event queue.
     *
     * @throws IllegalStateException if it has a place in a completion queue that others share.
     */
    void leave() {
        final Phase phase = connection.phase();
        if (phase == Phase.DRAINING || phase == Phase.ENDED) {
            leaveEnded();
            return;
        }
        final Endpoint endpoint = connection.endpoint();
        if (phase != Phase.INVITED
                && !(connection.isLive() && endpoint != null && endpoint.isMovable())) {
            throw new IllegalStateException("only a connection that was not accepted can move");
        }
        try {
            connection.cmId().park();
        } catch (final IOException e) {
            failure = e;
        }
        final RdmaPoller poller = connection.poller();
        poller.remove(connection);
        if (endpoint != null) {
            endpoint.part(poller);
        }
        connection.detached = true;
    }

    /** It has ended, and nobody was told yet: whoever adopts it will be. */
    private void leaveEnded() {
        final String why = connection.teardown().detail();
        failure = new IOException(why == null ? "it has ended" : why);
        connection.poller().forgetEnd(connection);
        connection.teardown().abandon();
        connection.detached = true;
    }

    /** Another event queue adopts it. */
    void arrive(final RdmaPoller target, final ConnectionHandler handler) {
        if (!connection.detached) {
            throw new IllegalStateException("only a detached connection can be adopted");
        }
        connection.detached = false;
        connection.belongTo(target);
        connection.handler(handler);
        target.add(connection);
        final IOException failed = failure;
        if (failed != null) {
            connection.phase(Phase.INVITED);
            connection.teardown().fail(failed);
            return;
        }
        try {
            connection.cmId().moveTo(target.events());
            final Endpoint endpoint = connection.endpoint();
            if (endpoint != null) {
                endpoint.moveTo(target);
                connection.markDirty();
            }
            target.runLater(connection);
            connection.teardown().settleAgain(target);
        } catch (final IOException e) {
            connection.teardown().fail(e);
        }
    }
}
