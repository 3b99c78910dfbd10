// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.spi.NameResolver;
import io.verbena.spi.PollerContext.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects: resolves the name elsewhere, then tries its addresses in turn, each with its share of
 * the time that is left. What the last one failed of is what the session is told.
 */
final class Dialer {
    /** How long to wait if a Unix-domain socket's backlog is full. */
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final NioPoller poller;
    private final NioConnection connection;
    private final SocketUri address;
    private final ConnectOptions options;
    private final long endNs;
    private List<? extends SocketAddress> addresses = List.of();
    private int next;
    private @Nullable Timer timer;

    Dialer(
            final NioPoller poller,
            final NioConnection connection,
            final SocketUri address,
            final ConnectOptions options) {
        this.poller = poller;
        this.connection = connection;
        this.address = address;
        this.options = options;
        this.endNs = poller.context().nanoTime() + options.connectTimeoutNs();
    }

    void start() {
        if (address.unix()) {
            runLater(() -> onFound(List.of(address.unixAddress())));
            return;
        }
        NameResolver.shared()
                .lookUp(
                        address.hostPort(),
                        options.connectTimeoutNs(),
                        new NameResolver.Answer() {
                            // Told later: whoever connects has not got the connection yet, and
                            // this may be another thread.

                            @Override
                            public void onFound(final List<InetSocketAddress> found) {
                                runLater(() -> Dialer.this.onFound(found));
                            }

                            @Override
                            public void onFailed(final IOException cause) {
                                runLater(() -> giveUp(cause));
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

    private void onFound(final List<? extends SocketAddress> found) {
        addresses = found;
        dialNext(null);
    }

    /** Tries the next address, or tells what the last one failed of. */
    private void dialNext(final @Nullable Exception failure) {
        if (timer != null) {
            timer.cancel();
        }
        if (!connection.isConnecting()) {
            return;
        }
        if (next == addresses.size()) {
            giveUp(failure == null ? new IOException("the name has no addresses") : failure);
            return;
        }
        final SocketAddress target = addresses.get(next++);
        try {
            dial(target);
        } catch (final IOException | RuntimeException e) {
            connection.attemptFailed();
            if (address.unix() && Faults.isBusy(e)) {
                // TCP waits for room in the backlog by itself. The session's own timer is what ends
                // this.
                next--;
                timer = poller.context().schedule(RETRY_NS, () -> dialNext(e));
            } else {
                dialNext(e);
            }
        }
    }

    private void dial(final SocketAddress target) throws IOException {
        final SocketChannel channel =
                address.unix()
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open();
        try {
            NioPoller.configure(channel, options.session().socketBufferBytes());
            if (channel.connect(target)) {
                connection.connected(channel, Faults.describe(target));
                connection.announce();
                return;
            }
            if (address.unix()) {
                // Such a socket connects at once, or not at all: what some JVMs call "under way" is
                // EAGAIN.
                throw new IOException(Faults.BUSY);
            }
            connection.connecting(channel, () -> finish(channel, target));
        } catch (final IOException | RuntimeException e) {
            NioPoller.closeQuietly(channel);
            throw e;
        }
        final long leftNs = Math.max(1, endNs - poller.context().nanoTime());
        final long shareNs = leftNs / (addresses.size() - next + 1);
        timer =
                poller.context()
                        .schedule(
                                shareNs,
                                () -> {
                                    if (connection.isConnecting()) {
                                        connection.attemptFailed();
                                        dialNext(
                                                new IOException(
                                                        "connect to " + target + " timed out"));
                                    }
                                });
    }

    private void finish(final SocketChannel channel, final SocketAddress target) {
        try {
            if (!channel.finishConnect()) {
                return;
            }
            if (timer != null) {
                timer.cancel();
            }
            connection.connected(channel, Faults.describe(target));
        } catch (final IOException e) {
            connection.attemptFailed();
            dialNext(e);
            return;
        }
        connection.announce();
    }

    private void giveUp(final Exception e) {
        if (connection.isConnecting()) {
            final EventReason reason = Faults.ofConnect(e);
            connection.end(
                    reason,
                    "can't connect to %s: %s"
                            .formatted(
                                    address.uri(),
                                    reason == EventReason.UNRESOLVED
                                            ? "the host is unknown"
                                            : e.getMessage()),
                    e);
        }
    }
}
