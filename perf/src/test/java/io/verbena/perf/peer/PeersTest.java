// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Verbena's own ends of the comparison; a wrong message ends a run with an exception. */
@Timeout(60)
class PeersTest {
    static Stream<Arguments> workloads() {
        return Stream.of("verbena-tcp", "verbena-unix")
                .flatMap(
                        peer ->
                                Stream.of(
                                                new Workload(64, 64, 1, 1, false),
                                                new Workload(64, 64, 256, 1, true),
                                                new Workload(64, 1 << 20, 16, 1, false),
                                                new Workload(1 << 20, 64, 16, 1, false),
                                                new Workload(64, 64, 1, 100, false))
                                        .map(workload -> Arguments.of(peer, workload)));
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void aPeerCarriesOutItsWorkloadAgainAndAgain(final String name, final Workload workload)
            throws Exception {
        final Peer peer = Peers.named(name);
        final AtomicLong latencies = new AtomicLong();
        try (Peer.Server server = peer.serve(workload);
                Peer.Client client = peer.connect(server.port(), workload)) {
            client.step(500);
            client.run(500, latencyNs -> latencies.incrementAndGet());
        }

        assertThat(latencies.get()).isEqualTo(workload.timed() ? 500 : 0);
    }
}
