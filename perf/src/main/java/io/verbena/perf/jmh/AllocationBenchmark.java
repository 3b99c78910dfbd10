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
 * What a transaction allocates, at both ends, as they are in one JVM: {@code gc.alloc.rate.norm},
 * in bytes, is to be below 0.01.
 *
 * <pre>java -cp perf/target/verbena.jar org.openjdk.jmh.Main Allocation -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
// Long: an iteration allocates some kilobytes however little it does, and a little each second. Its
// transactions share that, and with window 1 they are few: 5 s don't tell 0.01 bytes from it.
@Measurement(iterations = 2, time = 20)
@Fork(1)
public class AllocationBenchmark {
    private static final int TRANSACTIONS = 50_000;

    /** Whose. */
    @Param({"verbena-tcp", "verbena-unix"})
    public String transport = "";

    /** Bytes there, and bytes back. */
    @Param({"64", "16384"})
    public int size;

    /** Transactions outstanding. */
    @Param({"1", "64"})
    public int window;

    private final PeerState peer = new PeerState();

    /**
     * Connects.
     *
     * @throws Exception if that fails.
     */
    @Setup(Level.Trial)
    public void start() throws Exception {
        final Workload workload = new Workload(size, size, window, 1, true);
        // The end counts with the last iteration, so what loads classes must have happened before.
        final PeerState rehearsal = new PeerState();
        rehearsal.start(transport, workload);
        rehearsal.step(TRANSACTIONS);
        rehearsal.stop();
        peer.start(transport, workload);
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
     * Does what an application does most of the time.
     *
     * @throws IOException if that fails.
     */
    @Benchmark
    @OperationsPerInvocation(TRANSACTIONS)
    public void transactions() throws IOException {
        peer.step(TRANSACTIONS);
    }
}
