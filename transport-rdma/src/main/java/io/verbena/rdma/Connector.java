// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.spi.HostPort;
import io.verbena.spi.NameResolver;
import io.verbena.spi.PollerContext.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects: the name, the device, the route, the request, each step with its share of the time that
 * is left, and each address in turn. What the last one failed of is what the session is told.
 */
final class Connector {
    private final RdmaPoller poller;
    private final RdmaConnection connection;
    private final HostPort address;
    private final long timeoutNs;
    private final long endNs;
    private List<InetSocketAddress> addresses = List.of();
    private int next;
    private @Nullable Timer timer;

    Connector(
            final RdmaPoller poller,
            final RdmaConnection connection,
            final HostPort address,
            final ConnectOptions options) {
        this.poller = poller;
        this.connection = connection;
        this.address = address;
        timeoutNs = options.connectTimeoutNs();
        endNs = poller.context().nanoTime() + timeoutNs;
    }

    void start() {
        connection.connector(this);
        NameResolver.shared()
                .lookUp(
                        address,
                        timeoutNs,
                        new NameResolver.Answer() {
                            // Told later: whoever connects has not got the connection yet, and
                            // this may be another thread.

                            @Override
                            public void onFound(final List<InetSocketAddress> found) {
                                runLater(() -> Connector.this.onFound(found));
                            }

                            @Override
                            public void onFailed(final IOException cause) {
                                runLater(() -> onUnresolved(cause));
                            }
                        });
    }

    private void runLater(final Runnable task) {
        try {
            poller.context().execute(task);
        } catch (final RejectedExecutionException e) {
            // The event queue was closed, and the connection with it.
        }
    }

    private void onFound(final List<InetSocketAddress> found) {
        addresses = found;
        tryNext(EventReason.UNRESOLVED, "the name has no addresses", null);
    }

    private void onUnresolved(final IOException cause) {
        if (cause instanceof UnknownHostException) {
            giveUp(EventReason.UNRESOLVED, "the host is unknown", cause);
        } else {
            giveUp(
                    cause instanceof SocketTimeoutException
                            ? EventReason.CONNECT_TIMEOUT
                            : EventReason.UNRESOLVED,
                    String.valueOf(cause.getMessage()),
                    cause);
        }
    }

    /** Tries the next address, or tells what the last one failed of. */
    private void tryNext(
            final EventReason reason, final String detail, final @Nullable Exception cause) {
        cancelTimer();
        if (!connection.isConnecting()) {
            return;
        }
        connection.attemptFailed();
        if (next == addresses.size()) {
            giveUp(reason, detail, cause);
            return;
        }
        final InetSocketAddress target = addresses.get(next++);
        try {
            final long id = poller.verbs().createId(poller.events().channel());
            connection.cmId().take(id, poller.events());
            connection.attempt(Faults.describe(target));
            poller.verbs().resolveAddress(id, target, leftMs());
            poller.events().expect();
            limit();
        } catch (final IOException e) {
            failed(e);
        }
    }

    private void limit() {
        final long leftNs = Math.max(1, endNs - poller.context().nanoTime());
        final long shareNs = leftNs / (addresses.size() - next + 1);
        timer =
                poller.context()
                        .schedule(
                                shareNs,
                                () -> {
                                    if (connection.isConnecting()) {
                                        tryNext(
                                                EventReason.CONNECT_TIMEOUT,
                                                "it has not answered in time",
                                                null);
                                    }
                                });
    }

    private int leftMs() {
        final long leftNs = endNs - poller.context().nanoTime();
        return (int)
                Math.max(1, Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(leftNs)));
    }

    /** An event of the connection manager, on the way. */
    void onEvent(final CmEvent event) {
        try {
            switch (event.type()) {
                case ADDR_RESOLVED -> poller.verbs().resolveRoute(connection.id(), leftMs());
                case ROUTE_RESOLVED -> connection.handshake().request();
                case ESTABLISHED -> {
                    cancelTimer();
                    connection.cmId().onEvent(event);
                }
                case REJECTED -> {
                    cancelTimer();
                    if (!connection.handshake().refusedBy(event)) {
                        tryNext(Faults.reason(event), Faults.detail(event), null);
                    }
                }
                case ADDR_ERROR,
                        ROUTE_ERROR,
                        UNREACHABLE,
                        CONNECT_ERROR,
                        DEVICE_REMOVAL,
                        DISCONNECTED ->
                        tryNext(Faults.reason(event), Faults.detail(event), null);
                default -> {
                    // Of no concern.
                }
            }
        } catch (final IOException e) {
            failed(e);
        }
    }

    private void failed(final IOException e) {
        final String text = String.valueOf(e.getMessage());
        final EventReason reason;
        if (text.contains("memory")) {
            reason = EventReason.LIMIT_REACHED;
        } else if (text.contains("unreachable") || text.contains("No such device")) {
            reason = EventReason.UNREACHABLE;
        } else {
            reason = EventReason.TRANSPORT_ERROR;
        }
        tryNext(reason, text, e);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void giveUp(
            final EventReason reason, final String detail, final @Nullable Exception cause) {
        if (connection.isConnecting()) {
            connection
                    .teardown()
                    .end(reason, "can't connect to %s: %s".formatted(address.uri(), detail), cause);
        }
    }
}
