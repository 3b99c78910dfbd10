// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.RdmaConnection.Phase;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.RemoteHost;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection's id of the connection manager, rdma_create_id(3), and who is told of its events:
 * the connection, by the event queue that it belongs to. An id that leaves an event queue gets a
 * channel of its own, so that its events wait there and no thread sees another's.
 */
final class CmId {
    private final RdmaConnection connection;
    private final Verbs verbs;

    /** 0: none. */
    private long handle;

    /** Who hands its events on; null: nobody. */
    private @Nullable ConnectionEvents events;

    /** The channel that its events wait in while it is nobody's; 0: none. */
    private long parkedChannel;

    CmId(final RdmaConnection connection, final Verbs verbs) {
        this.connection = connection;
        this.verbs = verbs;
    }

    /** Takes an id, which is this one's to destroy from now on. */
    void take(final long newHandle, final ConnectionEvents owner) {
        handle = newHandle;
        events = owner;
        owner.add(newHandle, connection);
    }

    /** The id; 0: none. */
    long handle() {
        return handle;
    }

    /** An event of it, of a connection that isn't being looked for any more. */
    void onEvent(final CmEvent event) {
        final String remote = connection.remoteAddress();
        final Phase phase = connection.phase();
        switch (event.type()) {
            case ESTABLISHED -> {
                if (phase == Phase.REQUESTED) {
                    connection.handshake().acceptedBy(event);
                } else if (phase == Phase.ACCEPTED) {
                    connection.handshake().established();
                }
            }
            case DISCONNECTED ->
                    connection
                            .teardown()
                            .linkDown(
                                    EventReason.TRANSPORT_ERROR,
                                    remote + " ended the connection without GOODBYE");
            case DEVICE_REMOVAL ->
                    connection
                            .teardown()
                            .linkDown(EventReason.TRANSPORT_ERROR, "the RDMA device was removed");
            case CONNECT_ERROR, UNREACHABLE, REJECTED -> {
                if (phase == Phase.ACCEPTED || phase == Phase.INVITED) {
                    connection
                            .teardown()
                            .end(
                                    EventReason.CLOSED_BY_PEER,
                                    "%s has withdrawn its request".formatted(remote),
                                    null);
                }
            }
            default -> {
                // Of no concern: addresses that change, the end of the time to wait.
            }
        }
    }

    /** Moves the queue pair to the error state, and tells the peer, if it is still there. */
    void disconnect() {
        try {
            verbs.disconnect(handle);
        } catch (final IOException e) {
            // The peer, or the device, was faster.
        }
    }

    /** The peer's host, as limits count them; null: there is no id. */
    @Nullable String remoteHost() {
        final InetSocketAddress remote = handle == 0 ? null : verbs.remoteAddress(handle);
        return remote == null ? null : RemoteHost.of(remote.getAddress());
    }

    /**
     * Leaves its event queue; its events wait until another takes it.
     *
     * @throws IOException if they can't: then nobody hears of them any more.
     */
    void park() throws IOException {
        unregister();
        if (!verbs.extensions().contains(Extension.CONNECTION)) {
            throw new IOException("a session can't be forwarded with a stock libdisni");
        }
        parkedChannel = verbs.createEventChannel();
        verbs.migrateId(handle, parkedChannel);
    }

    /** The other half of {@link #park()}: from now on an event queue hands its events on. */
    void moveTo(final ConnectionEvents target) throws IOException {
        verbs.migrateId(handle, target.channel());
        verbs.destroyEventChannel(parkedChannel);
        parkedChannel = 0;
        take(handle, target);
    }

    /** Destroys the id, if there is one. */
    void release() {
        if (handle != 0) {
            unregister();
            verbs.destroyId(handle);
            handle = 0;
        }
        if (parkedChannel != 0) {
            verbs.destroyEventChannel(parkedChannel);
            parkedChannel = 0;
        }
    }

    private void unregister() {
        if (events != null) {
            events.removeConnection(handle);
            events = null;
        }
    }
}
