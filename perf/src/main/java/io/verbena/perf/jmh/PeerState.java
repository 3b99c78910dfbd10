// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.jmh;

import io.verbena.perf.load.Cpu;
import io.verbena.perf.peer.Peer;
import io.verbena.perf.peer.Peers;
import io.verbena.perf.peer.Workload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A peer's two ends in the JVM of a benchmark: the server on a thread of its own, the client on the
 * benchmark's.
 */
final class PeerState {
    private Peer.@Nullable Server server;
    private Peer.@Nullable Client client;

    void start(final String transport, final Workload workload) throws Exception {
        final Peer peer = Peers.plain().named(transport);
        // The server's loop is on one CPU and the client's on another, as threads inherit this.
        Cpu.spread(1);
        final Peer.Server started = peer.serve(workload);
        server = started;
        Cpu.spread(0);
        client = peer.connect(started.port(), workload);
    }

    void step(final int transactions) throws IOException {
        final Peer.Client connected = client;
        if (connected == null) {
            throw new IllegalStateException("not started");
        }
        connected.step(transactions);
    }

    void stop() throws IOException {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }
}
