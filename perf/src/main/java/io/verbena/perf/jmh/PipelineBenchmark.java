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
 * Transactions per second with many of them outstanding, both ends polling: needs two CPUs for
 * itself.
 *
 * <pre>java -cp perf/target/verbena.jar org.openjdk.jmh.Main Pipeline -p size=64</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class PipelineBenchmark {
    /** Many windows full, so that to fill and to drain them doesn't count. */
    private static final int TRANSACTIONS = 20_000;

    private static final int SMALL = 4096;
    private static final int WINDOW_OF_SMALL = 256;
    private static final int WINDOW_OF_LARGE = 16;

    /** Whose throughput. */
    @Param({"verbena-tcp", "verbena-unix", "raw-nio", "netty-epoll", "netty-nio"})
    public String transport = "";

    /** Bytes there. */
    @Param("64")
    public int size;

    /** Bytes back. */
    @Param({"64", "65536", "1048576"})
    public int responseSize;

    private final PeerState peer = new PeerState();

    /**
     * Connects.
     *
     * @throws Exception if that fails.
     */
    @Setup(Level.Trial)
    public void start() throws Exception {
        final int window =
                Math.max(size, responseSize) <= SMALL ? WINDOW_OF_SMALL : WINDOW_OF_LARGE;
        peer.start(transport, new Workload(size, responseSize, window, 1, true));
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
     * Keeps the window full.
     *
     * @throws IOException if that fails.
     */
    @Benchmark
    @OperationsPerInvocation(TRANSACTIONS)
    public void pipeline() throws IOException {
        peer.step(TRANSACTIONS);
    }
}
