// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The least that a competent engineer would write over NIO: what there is to lose by using a
 * library. It knows both ends' sizes and window in advance and has no error handling to speak of,
 * so that its figures are a bound rather than a rival's.
 */
final class RawNioPeer implements Peer {

    /** How many bytes of large messages are encrypted for one system call, and read by one. */
    private static final int TLS_BULK = 64 * 1024;

    private final Memory memory;
    private final @Nullable TlsPair tls;

    private RawNioPeer(final Memory memory, final @Nullable TlsPair tls) {
        this.memory = memory;
        this.tls = tls;
    }

    static Peer plain(final Memory memory) {
        return new RawNioPeer(memory, null);
    }

    static Peer over(final TlsPair tls, final Memory memory) {
        return new RawNioPeer(memory, tls);
    }

    /** Where large payloads are sent from and received into. */
    enum Memory {
        /** One buffer for all of a direction, which stays in the cache. */
        SHARED("raw-nio"),

        /**
         * One for each message that may be outstanding, as an application has that waits for their
         * answers.
         */
        OWN("raw-nio-own");

        private final String peerName;

        Memory(final String peerName) {
            this.peerName = peerName;
        }

        private int buffers(final Workload workload) {
            return this == OWN ? workload.window() : 1;
        }
    }

    @Override
    public String name() {
        return tls == null ? memory.peerName : memory.peerName + TlsPair.SUFFIX;
    }

    @Override
    public Server serve(final Workload workload) throws IOException {
        return RawServer.start(
                workload, links(workload, TlsPair::serverEngine), memory.buffers(workload));
    }

    @Override
    public Client connect(final int port, final Workload workload) throws IOException {
        final var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        final Link.Maker links = links(workload, TlsPair::clientEngine);
        final List<RawConnection> connections = new ArrayList<>();
        for (int i = 0; i < workload.sessions(); i++) {
            final SocketChannel channel = SocketChannel.open();
            // Before connecting, as the window's scale is agreed upon then.
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RawConnection.SOCKET_BUFFER);
            channel.connect(address);
            connections.add(
                    new RawConnection(
                            channel,
                            links,
                            workload.responseSize(),
                            workload.requestSize(),
                            workload.window(),
                            memory.buffers(workload)));
        }
        return new RawClient(connections, workload);
    }

    private Link.Maker links(
            final Workload workload, final Function<TlsPair, SSLEngine> newEngine) {
        final TlsPair pair = tls;
        if (pair == null) {
            return Link.Plain::new;
        }
        final int bulk = Math.min(workload.window() * workload.largest(), TLS_BULK);
        return channel -> TlsLink.over(channel, newEngine.apply(pair), bulk);
    }
}
