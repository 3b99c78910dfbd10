// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.silent;

import io.verbena.perf.compare.WarmUp;
import io.verbena.perf.load.Cpu;
import io.verbena.perf.peer.LatencyRecorder;
import io.verbena.perf.peer.Peer;
import io.verbena.perf.peer.Peers;
import io.verbena.perf.peer.TlsPair;
import io.verbena.perf.peer.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.HdrHistogram.Histogram;

/**
 * The round trip of one session of 64 bytes over TLS, both ends polling on a CPU each, while others
 * are connected to the same portal and have not shaken hands: in alternating rounds, so that what
 * the machine does besides is in all of them alike.
 */
public final class SilentComparison {
    private static final Workload WORKLOAD = new Workload(64, 64, 1, 1, true);
    private static final long HIGHEST_LATENCY_NS = 60_000_000_000L;
    private static final int STEP = 1000;
    private static final double NS_PER_SECOND = 1e9;
    private static final double WARM_UP_STEP_SECONDS = 0.5;

    private final Plan plan;
    private final TlsPair tls;
    private final Consumer<String> progress;

    /**
     * What to do.
     *
     * @param connections how many are silent where many are.
     * @param rounds how often each is measured.
     * @param seconds how long each time; less than the portal's patience with them.
     * @param warmUpSeconds how long the session works before that, at least.
     */
    public record Plan(int connections, int rounds, double seconds, double warmUpSeconds) {}

    /** Who is connected besides. */
    public enum Crowd {
        /** The session is alone. */
        NOBODY,
        /** One that has said nothing. */
        ONE,
        /** Many that have said nothing. */
        MANY,
        /** Many that have sent half of a ClientHello. */
        HALF_HELLO
    }

    /**
     * What was measured beside a crowd.
     *
     * @param crowd who was there.
     * @param connections how many of them.
     * @param stillOpen the least of them that were still there at the end of a round.
     * @param p50Us the median of the rounds' medians, in microseconds.
     * @param p99Us the median of the rounds' 99th percentiles.
     * @param p99UsRounds the 99th percentile of each round, ascending.
     */
    public record Row(
            Crowd crowd,
            int connections,
            int stillOpen,
            double p50Us,
            double p99Us,
            List<Double> p99UsRounds) {
        /** Copies the list. */
        public Row {
            p99UsRounds = List.copyOf(p99UsRounds);
        }

        /**
         * Is it no slower than the session by itself is at times?
         *
         * @param alone what was measured beside nobody.
         * @return whether it is within that one's own noise.
         */
        public boolean isWithinNoiseOf(final Row alone) {
            return p99Us <= alone.p99UsRounds().get(alone.p99UsRounds().size() - 1);
        }
    }

    /** What one round gave. */
    private record Round(double p50Us, double p99Us, int stillOpen) {}

    /**
     * Prepares it.
     *
     * @param plan what to do.
     * @param tls what is encrypted with.
     * @param progress who is told how far it is.
     */
    public SilentComparison(final Plan plan, final TlsPair tls, final Consumer<String> progress) {
        this.plan = plan;
        this.tls = tls;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @return a row for each crowd, the session by itself first.
     * @throws Exception if an end failed.
     */
    public List<Row> run() throws Exception {
        final Peer peer = Peers.over(tls).all().get(0);
        try (Peer.Server server = serve(peer)) {
            Cpu.spread(0);
            try (Peer.Client client = peer.connect(server.port(), WORKLOAD)) {
                warmUp(client);
                return measureAll(client, server.port());
            }
        }
    }

    /** The server's loop inherits the CPU of the thread that starts it. */
    private static Peer.Server serve(final Peer peer) throws Exception {
        final var served = new CompletableFuture<Peer.Server>();
        final Thread starter =
                new Thread(
                        () -> {
                            Cpu.spread(1);
                            try {
                                served.complete(peer.serve(WORKLOAD));
                            } catch (final Exception e) {
                                served.completeExceptionally(e);
                            }
                        });
        starter.start();
        try {
            return served.join();
        } catch (final CompletionException e) {
            throw new IOException("the server failed", e.getCause());
        }
    }

    private void warmUp(final Peer.Client client) throws IOException {
        final WarmUp warmUp =
                new WarmUp(System.nanoTime(), (long) (plan.warmUpSeconds() * NS_PER_SECOND));
        do {
            measure(client, WARM_UP_STEP_SECONDS);
        } while (!warmUp.isOver(System.nanoTime()));
    }

    private List<Row> measureAll(final Peer.Client client, final int port) throws IOException {
        final Map<Crowd, List<Round>> rounds = new EnumMap<>(Crowd.class);
        for (int round = 1; round <= plan.rounds(); round++) {
            for (final Crowd crowd : Crowd.values()) {
                final Round measured = measureBeside(crowd, client, port);
                progress.accept(
                        "%d/%d beside %d (%s): p99 %.1f us"
                                .formatted(
                                        round,
                                        plan.rounds(),
                                        connections(crowd),
                                        crowd,
                                        measured.p99Us()));
                rounds.computeIfAbsent(crowd, key -> new ArrayList<>()).add(measured);
            }
        }
        return rounds.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .toList();
    }

    private int connections(final Crowd crowd) {
        return switch (crowd) {
            case NOBODY -> 0;
            case ONE -> 1;
            case MANY, HALF_HELLO -> plan.connections();
        };
    }

    private Round measureBeside(final Crowd crowd, final Peer.Client client, final int port)
            throws IOException {
        final byte[] begin = crowd == Crowd.HALF_HELLO ? halfHello() : new byte[0];
        try (SilentConnections silent = SilentConnections.open(port, connections(crowd), begin)) {
            final Histogram histogram = measure(client, plan.seconds());
            return new Round(
                    histogram.getValueAtPercentile(50) / 1000.0,
                    histogram.getValueAtPercentile(99) / 1000.0,
                    silent.stillOpen());
        }
    }

    private byte[] halfHello() throws SSLException {
        final byte[] hello = tls.clientHello();
        return Arrays.copyOf(hello, hello.length / 2);
    }

    private static Histogram measure(final Peer.Client client, final double seconds)
            throws IOException {
        final Histogram histogram = new Histogram(HIGHEST_LATENCY_NS, 3);
        final LatencyRecorder recorder = histogram::recordValue;
        final long startNs = System.nanoTime();
        do {
            client.run(STEP, recorder);
        } while (System.nanoTime() - startNs < seconds * NS_PER_SECOND);
        return histogram;
    }

    private Row row(final Crowd crowd, final List<Round> rounds) {
        final List<Double> p99 = rounds.stream().map(Round::p99Us).sorted().toList();
        final List<Double> p50 = rounds.stream().map(Round::p50Us).sorted().toList();
        return new Row(
                crowd,
                connections(crowd),
                rounds.stream().mapToInt(Round::stillOpen).min().orElse(0),
                p50.get(p50.size() / 2),
                p99.get(p99.size() / 2),
                p99);
    }
}
