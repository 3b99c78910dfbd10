// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.perf.tls.CertificateFolder;
import io.verbena.perf.tls.CertificateMaker;
import io.verbena.perf.tls.KeyType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Both ends of each peer of the comparison; a wrong message ends a run with an exception. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PeersTest {
    /** Bytes, with what goes the other way. */
    private static final int SMALL = 1024;

    private static final int MANY = 500;

    /** More than are outstanding, and as many as fill the socket buffers again and again. */
    private static final int FEW = 50;

    @TempDir private static Path folder;

    static Stream<Arguments> workloads() throws Exception {
        final CertificateFolder certificates = new CertificateFolder(folder);
        new CertificateMaker(KeyType.EC, List.of("127.0.0.1"), Duration.ofDays(1))
                .write(certificates);
        return Stream.of(
                        Peers.plain(),
                        Peers.over(TlsPair.of(TlsEngine.JDK, certificates)),
                        Peers.over(TlsPair.of(TlsEngine.BORINGSSL, certificates)))
                .flatMap(peers -> peers.all().stream())
                .flatMap(
                        peer ->
                                Stream.of(
                                                new Workload(64, 64, 1, 1, false),
                                                new Workload(64, 64, 256, 1, true),
                                                new Workload(64, 64 << 10, 16, 1, true),
                                                new Workload(64, 1 << 20, 16, 1, false),
                                                new Workload(1 << 20, 64, 16, 1, false),
                                                new Workload(64, 64, 1, 100, false))
                                        .map(workload -> Arguments.of(peer, workload)));
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void aPeerCarriesOutItsWorkloadAgainAndAgain(final Peer peer, final Workload workload)
            throws Exception {
        final AtomicLong latencies = new AtomicLong();
        final int steps = workload.requestSize() + workload.responseSize() > SMALL ? FEW : MANY;
        try (Peer.Server server = peer.serve(workload);
                Peer.Client client = peer.connect(server.port(), workload)) {
            client.step(steps);
            client.run(steps, latencyNs -> latencies.incrementAndGet());
        }

        assertThat(latencies.get()).isEqualTo(workload.timed() ? steps : 0);
    }
}
