// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.Acceptor;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.HostPort;
import io.verbena.spi.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;

/** A listening id of the connection manager. */
final class RdmaListener implements Listener {
    private static final byte[] NO_DATA = {};

    private final RdmaPoller poller;
    private final URI uri;
    private final Acceptor acceptor;
    private final long id;
    private boolean closed;

    private RdmaListener(
            final RdmaPoller poller, final URI uri, final Acceptor acceptor, final long id) {
        this.poller = poller;
        this.uri = uri;
        this.acceptor = acceptor;
        this.id = id;
        poller.events().add(id, this);
    }

    static RdmaListener open(
            final RdmaPoller poller,
            final HostPort address,
            final PortalOptions options,
            final Acceptor acceptor) {
        final Verbs verbs = poller.verbs();
        long id = 0;
        try {
            final InetSocketAddress local = address.resolve().get(0);
            id = verbs.createId(poller.events().channel());
            verbs.bind(id, local);
            verbs.listen(id, options.backlog());
            final InetSocketAddress bound = verbs.localAddress(id);
            final int port = bound == null ? address.port() : bound.getPort();
            return new RdmaListener(poller, address.withPort(port), acceptor, id);
        } catch (final UnknownHostException e) {
            throw new VerbenaException(
                    EventReason.UNRESOLVED,
                    "the host of %s is unknown".formatted(address.uri()),
                    e);
        } catch (final IOException e) {
            if (id != 0) {
                verbs.destroyId(id);
            }
            throw new VerbenaException(
                    EventReason.BIND_FAILED,
                    "can't listen on %s: %s".formatted(address.uri(), e.getMessage()),
                    e);
        }
    }

    /** A peer wants to connect. */
    void onRequest(final CmEvent event) {
        final Verbs verbs = poller.verbs();
        final InetSocketAddress from = verbs.remoteAddress(event.id());
        final RdmaConnection connection =
                new RdmaConnection(
                        poller,
                        from == null ? poller.scheme() : Faults.describe(from),
                        RdmaConnection.Phase.INVITED,
                        ConnectionHandler.NOBODY);
        poller.add(connection);
        connection.cmId().take(event.id(), poller.events());
        final boolean seesData = verbs.extensions().contains(Extension.CONNECTION);
        final Invitation invitation =
                seesData ? Invitation.decode(event.privateData()) : Invitation.unknown();
        final ConnectionHandler handler = acceptor.onAccepted(connection);
        if (handler == null) {
            refuse(connection);
            return;
        }
        connection.handler(handler);
        if (invitation == null) {
            reject(connection);
            connection
                    .teardown()
                    .end(
                            EventReason.PROTOCOL_ERROR,
                            "its connection request is not of Verbena",
                            null);
            return;
        }
        try {
            connection.handshake().invited(event, invitation);
        } catch (final IOException e) {
            refuse(connection);
            poller.context()
                    .report(
                            EventReason.TRANSPORT_ERROR,
                            "%s could not be accepted: %s"
                                    .formatted(connection.remoteAddress(), e.getMessage()),
                            e);
        }
    }

    /** An event of its id. */
    void onEvent(final CmEvent event) {
        if (event.type() == CmEvent.Type.DEVICE_REMOVAL) {
            // The kernel waits until it is destroyed; a wildcard's never is of a device.
            close();
            acceptor.onFailed(
                    EventReason.TRANSPORT_ERROR,
                    "can't listen on %s any more: the RDMA device was removed".formatted(uri));
        }
    }

    private void refuse(final RdmaConnection connection) {
        reject(connection);
        connection.abort();
    }

    private void reject(final RdmaConnection connection) {
        try {
            if (poller.verbs().extensions().contains(Extension.CONNECTION)
                    && connection.phase() == RdmaConnection.Phase.INVITED) {
                poller.verbs().reject(connection.id(), NO_DATA);
            }
        } catch (final IOException e) {
            // Ended from the other end already.
        }
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            poller.events().removeListener(id);
            poller.verbs().destroyId(id);
        }
    }
}
