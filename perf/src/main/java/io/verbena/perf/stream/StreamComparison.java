// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.perf.process.WorkerProcess;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The same conversations over plain blocking sockets and over streams, by as many client threads as
 * server threads. Each kind has processes of its own, which have both ends and whose CPU time is
 * measured, as it has in use: code that is compiled for several kinds at once suits none. And it
 * has several, as each is compiled a little differently, and no better than the next by chance.
 */
public final class StreamComparison {
    private static final double NS_PER_US = 1e3;

    /**
     * Seconds that a conversation may take, with as many others at a time, on an emulated machine.
     */
    private static final double MOST_S = 1;

    /** So many idle streams are opened in a second, at the least. */
    private static final double IDLE_PER_S = 100;

    /**
     * In which each round's conversations are held, the kinds by turns: the shorter they are, the
     * more alike is what the machine has to spare for each kind.
     */
    private static final int TURNS = 10;

    private final Plan plan;
    private final Consumer<String> progress;

    /**
     * Makes one.
     *
     * @param plan what to measure.
     * @param progress is told how far it is.
     */
    public StreamComparison(final Plan plan, final Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * What to measure.
     *
     * @param uri where the streams' servers listen: port 0, or a socket's path.
     * @param threads client threads, and as many of the server.
     * @param processes of each kind.
     * @param rounds of all kinds in turn.
     * @param warmupNs nanoseconds of such rounds before, one at least, which don't count.
     * @param conversations of each thread of each process in a round.
     * @param idleStreams that are open on each of the streams' servers besides.
     */
    public record Plan(
            URI uri,
            int threads,
            int processes,
            int rounds,
            long warmupNs,
            int conversations,
            int idleStreams) {}

    /**
     * What was measured of one kind.
     *
     * @param cpuUs microseconds of CPU of both ends for a conversation, each turn's, as the mean of
     *     all processes.
     * @param wallUs microseconds from a conversation's begin to its end, in the same way.
     * @param threads of a process while it was measured, most of any turn's; as many as the plan
     *     says are the clients'.
     */
    public record Result(List<Double> cpuUs, List<Double> wallUs, int threads) {
        /**
         * The middle turn's CPU time.
         *
         * @return microseconds.
         */
        public double medianCpuUs() {
            return median(cpuUs);
        }

        /**
         * The middle turn's wall time.
         *
         * @return microseconds.
         */
        public double medianWallUs() {
            return median(wallUs);
        }

        /**
         * The CPU time as a part of another kind's in the same turn: the middle of all turns.
         *
         * @param other the other kind.
         * @return 1 if they need the same.
         */
        public double cpuTo(final Result other) {
            return medianRatio(cpuUs, other.cpuUs);
        }

        /**
         * The same of the wall time.
         *
         * @param other the other kind.
         * @return 1 if they take the same.
         */
        public double wallTo(final Result other) {
            return medianRatio(wallUs, other.wallUs);
        }

        private static double medianRatio(final List<Double> these, final List<Double> those) {
            return median(
                    IntStream.range(0, these.size())
                            .mapToObj(i -> these.get(i) / those.get(i))
                            .toList());
        }

        private static double median(final List<Double> values) {
            final double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    /** What was measured. */
    public static final class Results {
        private final Map<Kind, Result> byKind;

        private Results(final Map<Kind, Result> byKind) {
            this.byKind = byKind;
        }

        /**
         * Of one kind.
         *
         * @param kind what the conversations were held over.
         * @return its result.
         */
        public Result of(final Kind kind) {
            final Result result = byKind.get(kind);
            if (result == null) {
                throw new IllegalStateException("not measured: " + kind);
            }
            return result;
        }
    }

    /**
     * Measures.
     *
     * @return the results.
     * @throws IOException if one of the processes fails.
     * @throws InterruptedException if the thread is interrupted.
     */
    public Results run() throws IOException, InterruptedException {
        final List<Map<Kind, WorkerProcess>> processes = new ArrayList<>();
        try {
            for (int number = 1; number <= plan.processes(); number++) {
                final Map<Kind, WorkerProcess> one = new EnumMap<>(Kind.class);
                processes.add(one);
                for (final Kind kind : Kind.values()) {
                    final WorkerProcess worker =
                            WorkerProcess.start(
                                    "process %d of %s".formatted(number, kind),
                                    List.of(),
                                    StreamWorker.class);
                    one.put(kind, worker);
                    open(kind, number, worker);
                }
            }
            return measure(processes);
        } finally {
            processes.forEach(one -> one.values().forEach(WorkerProcess::close));
        }
    }

    private void open(final Kind kind, final int number, final WorkerProcess worker)
            throws IOException, InterruptedException {
        worker.ask(
                plan.idleStreams() / IDLE_PER_S,
                "open %s %s %d %d"
                        .formatted(kind, uriOf(kind, number), plan.threads(), plan.idleStreams()));
    }

    /** Each process has a server, all at the same time. */
    private URI uriOf(final Kind kind, final int number) {
        final boolean file = plan.uri().getPath() != null && !plan.uri().getPath().isEmpty();
        return file
                ? URI.create(
                        "%s-%s-%d"
                                .formatted(
                                        plan.uri(), kind.name().toLowerCase(Locale.ROOT), number))
                : plan.uri();
    }

    private Results measure(final List<Map<Kind, WorkerProcess>> processes)
            throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        do {
            progress.accept("warms up");
            round(processes, new EnumMap<>(Kind.class));
        } while (System.nanoTime() - startNs < plan.warmupNs());
        final Map<Kind, Samples> samples = new EnumMap<>(Kind.class);
        for (int i = 1; i <= plan.rounds(); i++) {
            progress.accept("round %d of %d".formatted(i, plan.rounds()));
            round(processes, samples);
        }
        final Map<Kind, Result> results = new EnumMap<>(Kind.class);
        samples.forEach((kind, taken) -> results.put(kind, taken.result()));
        return new Results(results);
    }

    /** What the processes of one kind have answered, turn by turn. */
    static final class Samples {
        private final List<Double> cpuUs = new ArrayList<>();
        private final List<Double> wallUs = new ArrayList<>();
        private int threads;

        void add(final List<List<String>> answers) {
            cpuUs.add(meanOf(answers, 0) / NS_PER_US);
            wallUs.add(meanOf(answers, 1) / NS_PER_US);
            for (final List<String> answer : answers) {
                threads = Math.max(threads, Integer.parseInt(answer.get(2)));
            }
        }

        private static double meanOf(final List<List<String>> answers, final int word) {
            return answers.stream()
                    .mapToDouble(answer -> Double.parseDouble(answer.get(word)))
                    .average()
                    .orElseThrow();
        }

        Result result() {
            return new Result(cpuUs, wallUs, threads);
        }
    }

    private void round(
            final List<Map<Kind, WorkerProcess>> processes, final Map<Kind, Samples> into)
            throws IOException, InterruptedException {
        final int turns = Math.min(TURNS, plan.conversations());
        int held = 0;
        for (int turn = 1; turn <= turns; turn++) {
            final int conversations = (int) ((long) plan.conversations() * turn / turns) - held;
            held += conversations;
            final Map<Kind, List<List<String>>> answers = new EnumMap<>(Kind.class);
            for (final Map<Kind, WorkerProcess> one : processes) {
                for (final Map.Entry<Kind, WorkerProcess> each : one.entrySet()) {
                    answers.computeIfAbsent(each.getKey(), kind -> new ArrayList<>())
                            .add(converse(each.getValue(), conversations));
                }
            }
            answers.forEach(
                    (kind, all) -> into.computeIfAbsent(kind, none -> new Samples()).add(all));
        }
    }

    private static List<String> converse(final WorkerProcess worker, final int conversations)
            throws IOException, InterruptedException {
        return worker.ask(conversations * MOST_S, "converse " + conversations);
    }
}
