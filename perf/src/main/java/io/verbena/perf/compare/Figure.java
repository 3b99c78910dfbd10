// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import io.verbena.perf.peer.LatencyRecorder;
import io.verbena.perf.peer.Peer;
import io.verbena.perf.peer.Workload;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One measurement, in a JVM of its own: both ends of a peer, on two threads, over the loopback
 * interface. Prints one line of JSON.
 */
public final class Figure {

    /**
     * How long a batch of transactions takes. The window runs dry between batches, which is to cost
     * nothing; and the clock is read only then.
     */
    private static final long BATCH_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long HIGHEST_LATENCY_NS = TimeUnit.MINUTES.toNanos(1);

    private final Peer peer;
    private final Scenario scenario;

    private Figure(final Peer peer, final Scenario scenario) {
        this.peer = peer;
        this.scenario = scenario;
    }

    /**
     * Arguments: the peer, the scenario, seconds of warm-up, seconds of measuring; and those of
     * {@link Security}.
     */
    public static void main(final String[] args) {
        int exitCode = 0;
        try {
            final Security security = new Security(List.of(args).subList(4, args.length));
            final Figure figure =
                    new Figure(security.peers().named(args[0]), Scenario.named(args[1]));
            System.out.println(figure.measure(nanos(args[2]), nanos(args[3])).toJson());
        } catch (final Throwable e) { // such as an UnsatisfiedLinkError
            exitCode = 1;
            e.printStackTrace();
        } finally {
            // Nobody waits for what threads a failed peer left behind.
            System.exit(exitCode);
        }
    }

    private static long nanos(final String seconds) {
        return (long) (Double.parseDouble(seconds) * 1e9);
    }

    private Measurement measure(final long warmUpNs, final long measureNs) throws Exception {
        final Workload workload = scenario.workload();
        try (Peer.Server server = servePinned(workload)) {
            Pinning.pinCurrentThread(Pinning.CLIENT_CPU);
            try (Peer.Client client = peer.connect(server.port(), workload)) {
                final long batch = warmUp(client, workload, warmUpNs);
                return measure(client, workload, batch, measureNs);
            }
        }
    }

    /** The server's loop inherits the CPU of the thread that starts it. */
    private Peer.Server servePinned(final Workload workload) throws Exception {
        final var served = new CompletableFuture<Peer.Server>();
        final var starter =
                new Thread(
                        () -> {
                            Pinning.pinCurrentThread(Pinning.SERVER_CPU);
                            try {
                                served.complete(peer.serve(workload));
                            } catch (final Throwable e) {
                                served.completeExceptionally(e);
                            }
                        });
        starter.start();
        return served.get();
    }

    /**
     * Works until everything is warm.
     *
     * @return how many transactions make a batch, at the speed reached in the end.
     */
    private static long warmUp(
            final Peer.Client client, final Workload workload, final long warmUpNs)
            throws IOException {
        final LatencyRecorder recorder = new Histogram(HIGHEST_LATENCY_NS, 3)::recordValue;
        long batch = workload.outstanding();
        long nowNs = System.nanoTime();
        final WarmUp warmUp = new WarmUp(nowNs, warmUpNs);
        do {
            client.run(batch, recorder);
            final long tookNs = System.nanoTime() - nowNs;
            nowNs += tookNs;
            batch = nextBatch(batch, tookNs, workload);
        } while (!warmUp.isOver(nowNs));
        return batch;
    }

    /** Grows at most fourfold, as the first batches run in the interpreter and tell little. */
    private static long nextBatch(final long batch, final long tookNs, final Workload workload) {
        final double scale = Math.min(4, (double) BATCH_NS / Math.max(1, tookNs));
        return Math.max(workload.outstanding(), (long) (batch * scale));
    }

    private Measurement measure(
            final Peer.Client client,
            final Workload workload,
            final long batch,
            final long measureNs)
            throws IOException {
        final var histogram = new Histogram(HIGHEST_LATENCY_NS, 3);
        final LatencyRecorder recorder = histogram::recordValue;
        final MachineLoad load = MachineLoad.watch();
        long transactions = 0;
        final long startNs = System.nanoTime();
        long tookNs;
        do {
            client.run(batch, recorder);
            transactions += batch;
            tookNs = System.nanoTime() - startNs;
        } while (tookNs < measureNs);
        final double seconds = tookNs / 1e9;
        final double bytes =
                (double) transactions * (workload.requestSize() + workload.responseSize());
        return new Measurement(
                peer.name(),
                scenario.id(),
                percentileUs(histogram, 50),
                percentileUs(histogram, 90),
                percentileUs(histogram, 99),
                percentileUs(histogram, 99.9),
                percentileUs(histogram, 100),
                transactions / seconds,
                bytes / (1 << 20) / seconds,
                seconds,
                load.others());
    }

    private static double percentileUs(final Histogram histogram, final double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1000.0;
    }
}
