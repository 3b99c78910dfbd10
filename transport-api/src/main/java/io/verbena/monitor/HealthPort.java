// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.monitor.Port.Ready;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Can be connected to as long as all is well: accepts and closes, as OpenJ9's does. A connect
 * succeeds before it is accepted, so while something isn't well, nobody listens there.
 */
final class HealthPort implements Ready {
    private static final Logger LOG = LoggerFactory.getLogger(HealthPort.class);

    /** Probes that are answered in a turn. */
    private static final int AT_ONCE = 64;

    private final Selector selector;

    /** With the real port. */
    private final InetSocketAddress address;

    private @Nullable Port port;

    HealthPort(final Selector selector, final InetSocketAddress wanted) {
        this.selector = selector;
        try {
            final Port opened = Port.listen(selector, wanted, this);
            port = opened;
            address = opened.address();
        } catch (final IOException e) {
            throw Port.refused(wanted, e);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** Listens if all is well, else not. */
    void tell(final boolean well) {
        final Port open = port;
        if (!well) {
            if (open != null) {
                LOG.warn("Something isn't well: {} refuses health probes", address);
            }
            close();
        } else if (open == null) {
            listen();
        } else {
            open.listenAgain();
        }
    }

    private void listen() {
        try {
            port = Port.listen(selector, address, this);
            LOG.info("All is well again: {} accepts health probes", address);
        } catch (final IOException e) {
            LOG.debug("Somebody else has {}; tried again soon", address, e);
        }
    }

    @Override
    public void onReady(final SelectionKey key) {
        final Port open = port;
        for (int i = 0; open != null && i < AT_ONCE; i++) {
            final SocketChannel probe = open.accept();
            if (probe == null) {
                return;
            }
            Port.closeQuietly(probe);
        }
    }

    void close() {
        final Port open = port;
        port = null;
        if (open != null) {
            open.close();
        }
    }
}
