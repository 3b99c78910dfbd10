// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.rdma;

import io.verbena.perf.rdma.Pair.Run;
import io.verbena.perf.rdma.Pair.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Verbena over RDMA, perftest's programs and Verbena over TCP, one after the other in each round,
 * all at one address of this machine and with both ends polling.
 */
public final class RdmaComparison {
    private static final int MIB = 1 << 20;
    private static final int SMALL = 64;
    private static final int OUTSTANDING = 16;
    private static final int DEPTH = 64;

    /** Verbena's longest payload that travels by SEND, unless it is set otherwise. */
    private static final int EAGER = 512;

    /**
     * The longer of the two runs that are counted takes so many times the shorter's transactions.
     */
    private static final int MORE_TRANSACTIONS = 4;

    /** Bytes a transaction: less than one object in a thousand of them. */
    private static final double NOTHING = 0.01;

    private static final String RDMA = "rdma";
    private static final String TCP = "tcp";
    private static final String COUNT_CALLS = "-Dio.verbena.rdma.count=true";

    private final Plan plan;
    private final Consumer<String> progress;
    private final Map<String, List<Double>> values = new LinkedHashMap<>();
    private final Map<String, Counters> paths = new LinkedHashMap<>();

    /**
     * How to compare.
     *
     * @param address an IP address of an RDMA device of this machine.
     * @param rounds rounds, to take medians of.
     * @param seconds seconds of each figure in each round.
     * @param warmUpSeconds seconds of each figure before the first round.
     * @param transactions transactions to count calls and bytes in.
     */
    public record Plan(
            String address, int rounds, double seconds, double warmUpSeconds, long transactions) {}

    /**
     * One figure beside another. Medians of all rounds.
     *
     * @param figure what was measured.
     * @param unit its unit.
     * @param verbena Verbena's over RDMA.
     * @param beside what stands beside it.
     * @param other the other's.
     * @param bound what the ratio is to be; empty: anything.
     * @param holds whether it is; true without a bound.
     * @param rounds Verbena's of each round.
     * @param otherRounds the other's.
     */
    public record Row(
            String figure,
            String unit,
            double verbena,
            String beside,
            double other,
            String bound,
            boolean holds,
            List<Double> rounds,
            List<Double> otherRounds) {
        /**
         * Verbena's to the other's.
         *
         * @return the ratio.
         */
        public double ratio() {
            return verbena / other;
        }
    }

    /**
     * What a transaction costs, counted over many.
     *
     * @param what what was counted.
     * @param depth transactions under way at a time.
     * @param client at the client, of each transaction.
     * @param server at the server.
     * @param bound what the sum is to be; empty: anything.
     * @param holds whether it is; true without a bound.
     */
    public record Cost(
            String what, int depth, double client, double server, String bound, boolean holds) {}

    /**
     * What was found.
     *
     * @param rows figures.
     * @param costs counts.
     */
    public record Result(List<Row> rows, List<Cost> costs) {}

    /** Something to be measured again and again. */
    private record Figure(String name, Measuring measuring) {}

    @FunctionalInterface
    private interface Measuring {
        double measure(double warmUpSeconds, double seconds)
                throws IOException, InterruptedException;
    }

    /**
     * Prepares one.
     *
     * @param plan how.
     * @param progress takes lines about how far it is.
     */
    public RdmaComparison(final Plan plan, final Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Carries it out, which takes minutes.
     *
     * @return what was found.
     * @throws IOException if something can't be measured, in a line that says why.
     * @throws InterruptedException if the thread is interrupted.
     */
    public Result run() throws IOException, InterruptedException {
        try (Pair rdma = Pair.start(RDMA, plan.address, List.of());
                Pair tcp = Pair.start(TCP, plan.address, List.of())) {
            final List<Figure> figures = figures(rdma, tcp);
            // Twice, as what is compiled for one figure is compiled anew when another takes other
            // ways.
            for (final double seconds : new double[] {plan.warmUpSeconds, plan.warmUpSeconds / 2}) {
                for (final Figure figure : figures) {
                    progress.accept("warms up %s".formatted(figure.name));
                    figure.measuring.measure(seconds, plan.seconds / 2);
                }
            }
            for (int round = 1; round <= plan.rounds; round++) {
                for (final Figure figure : figures) {
                    final double value = figure.measuring.measure(plan.seconds, plan.seconds);
                    values.computeIfAbsent(figure.name, key -> new ArrayList<>()).add(value);
                    progress.accept(
                            "round %d of %d, %s: %.1f"
                                    .formatted(round, plan.rounds, figure.name, value));
                }
            }
        }
        return new Result(rows(), costs());
    }

    // ---- figures beside figures

    private List<Figure> figures(final Pair rdma, final Pair tcp) {
        final List<Figure> figures = new ArrayList<>();
        for (final int size : List.of(SMALL, EAGER, EAGER + 1)) {
            final Shape shape = new Shape(size, size, 1);
            figures.add(
                    perftest(Perftest.latency("ib_send_lat", plan.address, size), sendLat(size)));
            figures.add(verbena(rdma, shape, rtt(RDMA, size), RdmaComparison::p50Us));
            if (size == SMALL) {
                figures.add(verbena(tcp, shape, rtt(TCP, size), RdmaComparison::p50Us));
            }
        }
        bulk(figures, rdma, tcp, "ib_write_bw", "responses", new Shape(SMALL, MIB, OUTSTANDING));
        bulk(figures, rdma, tcp, "ib_read_bw", "requests", new Shape(MIB, SMALL, OUTSTANDING));
        return figures;
    }

    private void bulk(
            final List<Figure> figures,
            final Pair rdma,
            final Pair tcp,
            final String program,
            final String direction,
            final Shape shape) {
        figures.add(perftest(Perftest.bandwidth(program, plan.address, MIB, OUTSTANDING), program));
        figures.add(verbena(rdma, shape, RDMA + " " + direction, RdmaComparison::mibPerS));
        figures.add(verbena(tcp, shape, TCP + " " + direction, RdmaComparison::mibPerS));
    }

    private static String sendLat(final int size) {
        return "2 x ib_send_lat -s " + size;
    }

    private static String rtt(final String transport, final int size) {
        return transport + " round trip of " + size + " B";
    }

    /** A latency of perftest's is half a round trip. */
    private static Figure perftest(final Perftest program, final String name) {
        final int times = name.startsWith("2 x") ? 2 : 1;
        return new Figure(name, (warmUpSeconds, seconds) -> times * program.measure(seconds));
    }

    private Figure verbena(
            final Pair pair,
            final Shape shape,
            final String name,
            final ToDoubleFunction<Run> value) {
        return new Figure(
                name,
                (warmUpSeconds, seconds) -> {
                    final Run run = pair.measure(shape, warmUpSeconds, seconds);
                    paths.put(name, run.atServer());
                    return value.applyAsDouble(run);
                });
    }

    private static double p50Us(final Run run) {
        return run.p50Ns() / 1e3;
    }

    /** Each transaction has a MiB, one way. */
    private static double mibPerS(final Run run) {
        return run.count() * 1e9 / run.tookNs();
    }

    private List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        for (final int size : List.of(SMALL, EAGER, EAGER + 1)) {
            final String name = rtt(RDMA, size);
            final String figure = "round trip, %d B (%s)".formatted(size, path(name));
            rows.add(row(figure, "us", name, sendLat(size), size == SMALL ? 1.6 : 0));
        }
        rows.add(bulkRow("responses", "ib_write_bw", -0.9));
        rows.add(bulkRow("requests", "ib_read_bw", -0.9));
        rows.add(row("round trip, 64 B", "us", rtt(RDMA, SMALL), rtt(TCP, SMALL), 0));
        rows.add(bulkRow("responses", TCP + " responses", 0));
        rows.add(bulkRow("requests", TCP + " requests", 0));
        return rows;
    }

    private Row bulkRow(final String direction, final String beside, final double bound) {
        final String name = RDMA + " " + direction;
        return row(
                "1 MiB %s, %d outstanding (%s)".formatted(direction, OUTSTANDING, path(name)),
                "MiB/s",
                name,
                beside,
                bound);
    }

    /** The bound is of the ratio: from above if positive, from below if negative. */
    private Row row(
            final String figure,
            final String unit,
            final String name,
            final String beside,
            final double bound) {
        final List<Double> own = values.getOrDefault(name, List.of());
        final List<Double> others = values.getOrDefault(beside, List.of());
        final double ratio = median(own) / median(others);
        return new Row(
                figure,
                unit,
                median(own),
                beside,
                median(others),
                bound == 0 ? "" : (bound > 0 ? "<= " : ">= ") + Math.abs(bound),
                bound == 0 || (bound > 0 ? ratio <= bound : ratio >= -bound),
                own,
                others);
    }

    /** How the payloads travelled, as the server has counted. */
    private String path(final String name) {
        final Counters did = paths.get(name);
        if (did == null) {
            return "?";
        }
        final List<String> ways = new ArrayList<>();
        if (did.reads() > 0) {
            ways.add("READ");
        }
        if (did.writes() > 0) {
            ways.add("WRITE");
        }
        return ways.isEmpty() ? "SEND" : String.join(" and ", ways);
    }

    private static double median(final List<Double> rounds) {
        final double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        final int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    // ---- what a transaction costs

    /** By processes of their own, as counting takes time. */
    private List<Cost> costs() throws IOException, InterruptedException {
        final List<Cost> costs = new ArrayList<>();
        try (Pair rdma = Pair.start(RDMA, plan.address, List.of(COUNT_CALLS))) {
            for (final int depth : List.of(1, DEPTH)) {
                progress.accept("counts calls and bytes, %d outstanding".formatted(depth));
                final Shape shape = new Shape(SMALL, SMALL, depth);
                final Run few = rdma.count(shape, plan.warmUpSeconds, plan.transactions);
                final Run many =
                        rdma.count(
                                shape, plan.warmUpSeconds, MORE_TRANSACTIONS * plan.transactions);
                add(costs, few, many, depth);
            }
        }
        return costs;
    }

    private static void add(final List<Cost> costs, final Run few, final Run run, final int depth) {
        final double calls = each(run, Counters::dataCalls).sum();
        costs.add(
                each(run, Counters::dataCalls)
                        .cost(
                                "JNI crossings that did something",
                                depth,
                                depth == 1 ? "<= 6" : "< 1",
                                depth == 1 ? calls <= 6 : calls < 1));
        costs.add(
                each(run, Counters::emptyPolls)
                        .cost("JNI crossings, nothing found", depth, "", true));
        costs.add(
                each(run, Counters::controlCalls).cost("JNI crossings, control", depth, "", true));
        final Both bytes = eachMore(few, run, Counters::allocatedBytes);
        costs.add(bytes.cost("bytes allocated", depth, "0", bytes.sum() < NOTHING));
    }

    /** A number of each end, of each transaction. */
    private record Both(double client, double server) {
        private double sum() {
            return client + server;
        }

        private Cost cost(
                final String what, final int depth, final String bound, final boolean holds) {
            return new Cost(what, depth, client, server, bound, holds);
        }
    }

    private static Both each(final Run run, final ToDoubleFunction<Counters> number) {
        return new Both(
                number.applyAsDouble(run.atClient()) / run.count(),
                number.applyAsDouble(run.atServer()) / run.count());
    }

    /**
     * What each transaction of the longer run takes that the shorter one hasn't: so what is taken
     * once, by a run's beginning and its counting, isn't a transaction's.
     */
    private static Both eachMore(
            final Run few, final Run many, final ToDoubleFunction<Counters> number) {
        final long more = many.count() - few.count();
        return new Both(
                Math.max(
                                0,
                                number.applyAsDouble(many.atClient())
                                        - number.applyAsDouble(few.atClient()))
                        / more,
                Math.max(
                                0,
                                number.applyAsDouble(many.atServer())
                                        - number.applyAsDouble(few.atServer()))
                        / more);
    }
}
