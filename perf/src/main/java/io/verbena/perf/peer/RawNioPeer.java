// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The least that a competent engineer would write over NIO: what there is to lose by using a
 * library. It knows both ends' sizes and window in advance and has no error handling to speak of,
 * so that its figures are a bound rather than a rival's.
 */
final class RawNioPeer implements Peer {

    private final Memory memory;

    RawNioPeer(final Memory memory) {
        this.memory = memory;
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
        return memory.peerName;
    }

    @Override
    public Server serve(final Workload workload) throws IOException {
        return RawServer.start(workload, memory.buffers(workload));
    }

    @Override
    public Client connect(final int port, final Workload workload) throws IOException {
        final var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        final List<RawConnection> connections = new ArrayList<>();
        for (int i = 0; i < workload.sessions(); i++) {
            final SocketChannel channel = SocketChannel.open();
            // Before connecting, as the window's scale is agreed upon then.
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RawConnection.SOCKET_BUFFER);
            channel.connect(address);
            connections.add(
                    new RawConnection(
                            channel,
                            workload.responseSize(),
                            workload.requestSize(),
                            workload.window(),
                            memory.buffers(workload)));
        }
        return new RawClient(connections, workload);
    }
}
