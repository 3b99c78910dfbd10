// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.spi.Acceptor;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import java.net.URI;
import java.util.ArrayDeque;

/** A name that is listened on, and who waits there to be accepted. */
final class MemListener extends MemEndpoint implements Listener {
    private final MemPoller poller;
    private final String name;
    private final URI uri;
    private final int backlog;
    private final Acceptor acceptor;
    private final ArrayDeque<MemConnection> waiting = new ArrayDeque<>();
    private boolean closed;

    MemListener(
            final MemPoller poller,
            final String name,
            final URI uri,
            final int backlog,
            final Acceptor acceptor) {
        this.poller = poller;
        this.name = name;
        this.uri = uri;
        this.backlog = backlog;
        this.acceptor = acceptor;
    }

    /** Thread-safe: somebody connects. */
    boolean offer(final MemConnection connection) {
        synchronized (this) {
            if (closed || waiting.size() >= backlog) {
                return false;
            }
            waiting.add(connection);
        }
        poller.ready(this);
        return true;
    }

    @Override
    int process() {
        int accepted = 0;
        for (MemConnection next = next(); next != null; next = next()) {
            accepted++;
            final MemAttachment attachment = new MemAttachment(next, poller);
            next.attach(attachment);
            poller.add(attachment);
            final ConnectionHandler handler = acceptor.onAccepted(next);
            if (handler == null) {
                attachment.pollerClosed();
                poller.remove(attachment);
            } else {
                attachment.handledBy(handler);
                poller.ready(attachment);
            }
        }
        return accepted;
    }

    private synchronized MemConnection next() {
        return waiting.poll();
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        MemNetwork.LISTENERS.remove(name, this);
        poller.remove(this);
        for (MemConnection next = next(); next != null; next = next()) {
            next.abandon();
        }
    }

    @Override
    void pollerClosed() {
        close();
    }
}
