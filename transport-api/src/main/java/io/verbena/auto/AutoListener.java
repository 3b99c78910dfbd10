// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.PortalOptions;
import io.verbena.VerbenaException;
import io.verbena.spi.Acceptor;
import io.verbena.spi.Availability;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Listener;
import io.verbena.spi.PollerContext;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Listens for control connections, and for data connections where this machine can, which is
 * settled when it is opened.
 */
final class AutoListener implements Listener {
    private final AutoPoller poller;
    private final TransportPair pair;
    private final String scheme;
    private final PortalOptions options;
    private final Acceptor acceptor;
    private final TokenGate gate;

    /** Connections whose client was made an offer, and hasn't presented its token yet. */
    private final List<ServerConnection> offers = new ArrayList<>();

    private @Nullable Listener control;
    private @Nullable Listener data;
    private @Nullable Missing missing;

    /**
     * Why there is no data listener.
     *
     * @param reason what kind of reason.
     * @param detail one line for people, at the client too.
     */
    record Missing(EventReason reason, String detail) {}

    private AutoListener(
            final AutoPoller poller,
            final TransportPair pair,
            final String scheme,
            final PortalOptions options,
            final Acceptor acceptor) {
        this.poller = poller;
        this.pair = pair;
        this.scheme = scheme;
        this.options = options;
        this.acceptor = acceptor;
        gate = new TokenGate(poller.context(), pair, options, offers, this::onDataFailed);
    }

    static AutoListener open(
            final AutoPoller poller,
            final TransportPair pair,
            final String scheme,
            final URI uri,
            final PortalOptions options,
            final Acceptor acceptor) {
        final AutoListener made = new AutoListener(poller, pair, scheme, options, acceptor);
        final Listener control =
                poller.context()
                        .poller(pair.controlScheme())
                        .listen(pair.controlUri(uri), options, made.new Door());
        made.control = control;
        made.openData(control.uri());
        return made;
    }

    private void openData(final URI controlUri) {
        final String dataScheme = pair.dataScheme();
        final Availability available = poller.context().availability(dataScheme);
        if (!available.available()) {
            missing = new Missing(EventReason.UNAVAILABLE, available.detail());
            return;
        }
        for (final URI uri : pair.dataListenerUris(controlUri)) {
            try {
                data = poller.context().poller(dataScheme).listen(uri, options.withTls(null), gate);
                missing = null;
                return;
            } catch (final VerbenaException e) {
                missing = new Missing(e.reason(), String.valueOf(e.getMessage()));
            }
        }
    }

    /** From now on its sessions are carried by the control transport. */
    private void onDataFailed(final EventReason reason, final String detail) {
        data = null;
        missing = new Missing(reason, detail);
        poller.context().count(PollerContext.Count.LISTENER_FAILURE);
        poller.context().report(reason, detail, null);
    }

    /** Where control connections come in. */
    private final class Door implements Acceptor {
        @Override
        public @Nullable ConnectionHandler onAccepted(final Connection connection) {
            return onControl(connection);
        }

        @Override
        public long postponedNs() {
            return acceptor.postponedNs();
        }

        @Override
        public void onFailed(final EventReason reason, final String detail) {
            acceptor.onFailed(reason, detail);
        }
    }

    private @Nullable ConnectionHandler onControl(final Connection control) {
        final ServerConnection connection = new ServerConnection(poller, pair, this, options);
        connection.control().open(control);
        final ConnectionHandler engine = acceptor.onAccepted(connection);
        if (engine == null) {
            return null;
        }
        connection.handler(engine);
        return connection.controlSide();
    }

    /** Why nothing is offered; null if something is. */
    @Nullable Missing missing() {
        return data == null && missing == null
                ? new Missing(EventReason.UNAVAILABLE, "the portal was closed")
                : missing;
    }

    /** Where clients are to connect to. */
    String offered() {
        final Listener listener = data;
        return listener == null ? "" : pair.offered(listener.uri());
    }

    void offer(final ServerConnection connection) {
        offers.add(connection);
    }

    void withdraw(final ServerConnection connection) {
        offers.remove(connection);
    }

    @Override
    public URI uri() {
        final Listener listener = control;
        if (listener == null) {
            throw new AssertionError("it listens from the start");
        }
        return pair.ownUri(scheme, listener.uri());
    }

    @Override
    public void close() {
        if (control != null) {
            control.close();
        }
        if (data != null) {
            data.close();
        }
        gate.close();
    }
}
