// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.jmh;

import io.verbena.perf.peer.Workload;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The mean time of a round trip, one after the other, both ends polling: needs two CPUs for itself.
 *
 * <pre>java -cp perf/target/verbena.jar org.openjdk.jmh.Main RoundTrip</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class RoundTripBenchmark {
    /** Enough that to hand a peer's loop its work doesn't count. */
    private static final int TRANSACTIONS = 1000;

    /** Whose round trip. */
    @Param({"verbena-tcp", "verbena-unix", "raw-nio", "netty-epoll", "netty-nio"})
    public String transport = "";

    /** Bytes there, and bytes back. */
    @Param({"64", "512", "4096"})
    public int size;

    private final PeerState peer = new PeerState();

    /**
     * Connects.
     *
     * @throws Exception if that fails.
     */
    @Setup(Level.Trial)
    public void start() throws Exception {
        peer.start(transport, new Workload(size, size, 1, 1, true));
    }

    /**
     * Disconnects.
     *
     * @throws IOException if an end failed.
     */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
        peer.stop();
    }

    /**
     * Goes there and back.
     *
     * @throws IOException if that fails.
     */
    @Benchmark
    @OperationsPerInvocation(TRANSACTIONS)
    public void roundTrip() throws IOException {
        peer.step(TRANSACTIONS);
    }
}
