// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.spi.PollerContext.Timer;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Sockets that have said their last word and wait until the peer has read it. To close a socket
 * with unread data in it resets the connection, and the peer may never see the GOODBYE that tells
 * it why (RFC 1122, 4.2.2.13); so what still comes is read and thrown away, for a limited time.
 */
final class Lingering {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(1);

    /**
     * A crowd that is turned away may not take descriptors beyond all limits: the oldest is let go.
     */
    private static final int MAX_SOCKETS = 512;

    private final NioPoller poller;

    /** In the order in which they came. */
    private final Map<SocketChannel, Timer> sockets = new LinkedHashMap<>();

    Lingering(final NioPoller poller) {
        this.poller = poller;
    }

    void add(final SocketChannel channel) {
        final SelectionKey key = channel.keyFor(poller.selector());
        try {
            channel.shutdownOutput();
            if (key == null || !key.isValid()) {
                end(channel);
                return;
            }
            key.attach((Selectable) ready -> drain(channel));
            key.interestOps(SelectionKey.OP_READ);
            if (sockets.size() >= MAX_SOCKETS) {
                end(sockets.keySet().iterator().next());
            }
            sockets.put(channel, poller.context().schedule(LIMIT_NS, () -> end(channel)));
        } catch (final IOException e) {
            end(channel);
        }
    }

    private void drain(final SocketChannel channel) {
        try {
            if (channel.read(poller.readArea().clear()) < 0) {
                end(channel);
            }
        } catch (final IOException e) {
            end(channel);
        }
    }

    private void end(final SocketChannel channel) {
        final Timer timer = sockets.remove(channel);
        if (timer != null) {
            timer.cancel();
        }
        NioPoller.closeQuietly(channel);
        poller.selectSoon();
    }
}
