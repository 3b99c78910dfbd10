// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.rdma;

import io.verbena.perf.load.Cpu;
import io.verbena.perf.peer.LatencyRecorder;
import io.verbena.perf.peer.Peer;
import io.verbena.perf.peer.VerbenaPeer;
import io.verbena.perf.peer.Workload;
import io.verbena.perf.process.Orders;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One end, as a {@link io.verbena.perf.process.WorkerProcess}. */
public final class Worker {
    private static final int CLIENT = 0;
    private static final int SERVER = 1;
    private static final long HIGHEST_LATENCY_NS = TimeUnit.MINUTES.toNanos(1);

    /** How long a batch takes while warming up. */
    private static final long BATCH_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final String SERVER_THREAD = "verbena-server";

    private Peer.@Nullable Server server;
    private Peer.@Nullable Client client;
    private int outstanding = 1;
    private double perNs;

    private Worker() {}

    /**
     * Runs it.
     *
     * @param args none.
     */
    public static void main(final String[] args) throws IOException {
        Orders.takeAll(new Worker()::obey);
        System.exit(0);
    }

    private String obey(final List<String> words) throws Exception {
        return switch (words.get(0)) {
            case "serve" -> serve(VerbenaPeer.at(words.get(1), words.get(2)), words.subList(3, 6));
            case "connect" ->
                    connect(
                            VerbenaPeer.at(words.get(1), words.get(2)),
                            words.subList(3, 6),
                            Integer.parseInt(words.get(6)));
            case "warm" -> warm(nanos(words.get(1)));
            case "measure" -> measure((long) (perNs * nanos(words.get(1))));
            case "run" -> measure(Long.parseLong(words.get(1)));
            case "counters" -> Counters.now(serverThread()).write();
            case "close" -> close();
            default -> throw new IllegalArgumentException(words.get(0));
        };
    }

    private static long nanos(final String seconds) {
        return (long) (Double.parseDouble(seconds) * 1e9);
    }

    private static Workload workload(final List<String> words) {
        return new Workload(
                Integer.parseInt(words.get(0)),
                Integer.parseInt(words.get(1)),
                Integer.parseInt(words.get(2)),
                1,
                true);
    }

    /** The event queue's thread inherits the CPU of the one that starts it. */
    private String serve(final Peer peer, final List<String> sizes) throws Exception {
        final var served = new CompletableFuture<Peer.Server>();
        new Thread(
                        () -> {
                            try {
                                Cpu.spread(SERVER);
                                served.complete(peer.serve(workload(sizes)));
                            } catch (final Throwable e) {
                                served.completeExceptionally(e);
                            }
                        })
                .start();
        final Peer.Server started = served.get();
        server = started;
        return Integer.toString(started.port());
    }

    private String connect(final Peer peer, final List<String> sizes, final int port)
            throws Exception {
        if (perNs == 0) {
            Cpu.spread(CLIENT);
        }
        final Workload workload = workload(sizes);
        outstanding = workload.outstanding();
        client = peer.connect(port, workload);
        return "";
    }

    private Peer.Client client() {
        final Peer.Client connected = client;
        if (connected == null) {
            throw new IllegalStateException("not connected");
        }
        return connected;
    }

    private String warm(final long ns) throws IOException {
        final LatencyRecorder recorder = new Histogram(HIGHEST_LATENCY_NS, 3)::recordValue;
        final long startNs = System.nanoTime();
        long batch = outstanding;
        long nowNs = startNs;
        do {
            client().run(batch, recorder);
            final long tookNs = Math.max(1, System.nanoTime() - nowNs);
            nowNs += tookNs;
            perNs = (double) batch / tookNs;
            batch = Math.max(outstanding, (long) Math.min(4.0 * batch, perNs * BATCH_NS));
        } while (nowNs - startNs < ns);
        return "";
    }

    /** All in one batch, as the window runs dry at its end. */
    private String measure(final long wanted) throws IOException {
        final long count = Math.max(outstanding, wanted);
        final var histogram = new Histogram(HIGHEST_LATENCY_NS, 3);
        final LatencyRecorder recorder = histogram::recordValue;
        final long thread = id(Thread.currentThread());
        final Counters before = Counters.now(thread);
        final long startNs = System.nanoTime();
        client().run(count, recorder);
        final long tookNs = System.nanoTime() - startNs;
        final Counters did = Counters.now(thread).minus(before);
        return "%d %d %d %s"
                .formatted(count, tookNs, histogram.getValueAtPercentile(50), did.write());
    }

    private String close() throws IOException {
        final Peer.Client connected = client;
        if (connected != null) {
            client = null;
            connected.close();
        }
        final Peer.Server serving = server;
        if (serving != null) {
            server = null;
            serving.close();
        }
        return "";
    }

    private static long serverThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(SERVER_THREAD))
                .mapToLong(Worker::id)
                .findFirst()
                .orElseThrow();
    }

    @SuppressWarnings("deprecation") // its replacement isn't in Java 17
    private static long id(final Thread thread) {
        return thread.getId();
    }
}
