// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import java.net.URI;
import java.util.Locale;

/**
 * What {@code auto} is on one event queue: connections and listeners that are made of others, whose
 * own pollers make all the progress.
 */
final class AutoPoller implements Poller {
    private final AutoTransportProvider provider;
    private final PollerContext context;
    private final Pulse pulse;

    AutoPoller(final AutoTransportProvider provider, final PollerContext context) {
        this.provider = provider;
        this.context = context;
        pulse = new Pulse(context);
        openControl();
    }

    /** So that there is a poller to wait in before there is this one, which none can. */
    private void openControl() {
        VerbenaException failure = null;
        for (final String scheme : provider.controlSchemes()) {
            try {
                context.poller(scheme);
                return;
            } catch (final VerbenaException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public int poll() {
        return 0;
    }

    @Override
    public int await(final long timeoutNs) {
        throw new UnsupportedOperationException("there is nothing to wait for here");
    }

    @Override
    public void wakeup() {
        context.wakeup();
    }

    @Override
    public boolean canArm() {
        return true;
    }

    @Override
    public boolean arm() {
        return true;
    }

    @Override
    public Listener listen(final URI uri, final PortalOptions options, final Acceptor acceptor) {
        return AutoListener.open(this, pair(uri), uri.getScheme(), uri, options, acceptor);
    }

    private TransportPair pair(final URI uri) {
        return provider.pair(uri.getScheme().toLowerCase(Locale.ROOT));
    }

    @Override
    public Connection connect(
            final URI uri, final ConnectOptions options, final ConnectionHandler handler) {
        final ClientConnection connection =
                new ClientConnection(this, pair(uri), uri, options, handler);
        connection.start();
        return connection;
    }

    @Override
    public void adopt(final Connection connection, final ConnectionHandler handler) {
        ((AutoConnection) connection).adoptedBy(this, handler);
    }

    PollerContext context() {
        return context;
    }

    Pauses pauses() {
        return provider.pauses();
    }

    FallbackLog log() {
        return provider.log();
    }

    Pulse pulse() {
        return pulse;
    }

    /** The connections and listeners are closed with their own pollers. */
    @Override
    public void close() {
        pulse.close();
    }
}
