// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command: {@code ./fuzz}. */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        version = "verbena-fuzz",
        sortOptions = false,
        description = {
            "Attacks everything in Verbena that reads what a peer or a user wrote, by coverage-guided fuzzing, and",
            "saves what it learns: inputs that reach new code in fuzzing/src/test/resources/corpus, inputs that find",
            "something in fuzzing/target/findings. Without a target the time is shared among all of them."
        },
        footer = {
            "",
            "For example:",
            "  ./fuzz --minutes 20                         all targets, 20 minutes in all",
            "  ./fuzz --minutes 5 --target server-socket   one of them",
            "  ./fuzz --target uri --replay FILE           one input again, without the fuzzer",
            "",
            "Exits with 0 if nothing was found, with 1 if something was, with 2 if it could not run."
        })
final class Fuzz implements Callable<Integer> {
    /** What a target may have in the repository. */
    private static final long MOST_CORPUS_BYTES = 12 * 1024;

    /**
     * A target that fails again and again is left alone: the rest of its time tells nothing new.
     */
    private static final int MOST_FINDINGS = 3;

    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int SECONDS = 60;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "for how long, in all (default: 20)")
    private double minutes = 20;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            description = "what to attack; can be given several times")
    private List<String> names = new ArrayList<>();

    @Option(names = "--list", description = "lists the targets")
    private boolean lists;

    @Option(
            names = "--replay",
            paramLabel = "FILE",
            description = "runs the one input, of the one --target")
    private Path replayed;

    @Option(names = "--no-save", description = "leaves the saved corpus as it is")
    private boolean forgets;

    private final PrintStream out = System.out;

    /** Runs the command. */
    public static void main(final String[] arguments) {
        System.exit(
                new CommandLine(new Fuzz())
                        .setExecutionExceptionHandler(
                                (e, line, result) -> {
                                    line.getErr().println("fuzz: " + e.getMessage());
                                    return 2;
                                })
                        .execute(arguments));
    }

    /** What came of one target. */
    private record Line(
            Target target,
            long executions,
            int seconds,
            int first,
            int last,
            long saved,
            List<Path> findings,
            String failure) {
        boolean failed() {
            return !failure.isEmpty();
        }
    }

    @Override
    public Integer call() throws IOException {
        if (lists) {
            for (final Target target : Target.values()) {
                out.printf("%-16s %s%n", target.label(), target.what());
            }
            return 0;
        }
        final List<Target> targets =
                names.isEmpty()
                        ? List.of(Target.values())
                        : names.stream().map(Target::of).toList();
        if (replayed != null) {
            return replay(targets);
        }
        final int seconds = (int) Math.max(1, minutes * SECONDS / targets.size());
        out.printf("%d targets, %d s each%n", targets.size(), seconds);
        final List<Line> lines = new ArrayList<>();
        for (final Target target : targets) {
            lines.add(fuzzOrSayWhyNot(target, seconds));
        }
        return summarize(lines);
    }

    private int replay(final List<Target> targets) {
        if (targets.size() != 1) {
            throw new IllegalArgumentException("--replay needs one --target");
        }
        try {
            targets.get(0).attack(Corpus.read(replayed));
        } catch (final Throwable e) {
            e.printStackTrace(out);
            return 1;
        }
        out.println("nothing found");
        return 0;
    }

    /** A target that can't be attacked to the end keeps no other from being attacked. */
    private Line fuzzOrSayWhyNot(final Target target, final int seconds) {
        try {
            return fuzz(target, seconds);
        } catch (final IOException | RuntimeException e) {
            out.printf("%s: COULD NOT RUN to its end: %s%n", target.label(), e.getMessage());
            return new Line(target, 0, seconds, 0, 0, 0, List.of(), String.valueOf(e.getMessage()));
        }
    }

    private Line fuzz(final Target target, final int seconds) throws IOException {
        final Path work = Corpus.MODULE.resolve("target/fuzz").resolve(target.label());
        delete(work);
        final Path seeds = Files.createDirectories(work.resolve("seeds"));
        int number = 0;
        for (final byte[] seed : target.seeds()) {
            Files.write(seeds.resolve("seed" + number++), seed);
        }
        final FuzzerRun run = FuzzerRun.of(target, work);
        final List<Path> corpora = List.of(Corpus.directory(target), seeds);
        final List<Path> findings = new ArrayList<>();
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long executions = 0;
        int first = 0;
        int last = 0;
        int left = seconds;
        while (left > 0 && findings.size() < MOST_FINDINGS) {
            final long before = executions;
            final FuzzerRun.Outcome outcome = run.fuzz(corpora, left, new Progress(target, before));
            executions += outcome.executions();
            first = first == 0 ? outcome.coverageAtFirst() : first;
            last = Math.max(last, outcome.coverage());
            for (final Path finding : outcome.findings()) {
                findings.add(keep(target, finding, outcome.output()));
            }
            left = (int) TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime());
        }
        long saved = 0;
        if (!forgets && findings.isEmpty()) {
            saved = save(target, run, work, corpora);
        }
        return new Line(target, executions, seconds, first, last, saved, findings, "");
    }

    /** One line every few seconds. */
    private final class Progress implements java.util.function.Consumer<FuzzerRun> {
        private final Target target;
        private final long before;
        private long toldNs = System.nanoTime();

        Progress(final Target target, final long before) {
            this.target = target;
            this.before = before;
        }

        @Override
        public void accept(final FuzzerRun run) {
            if (System.nanoTime() - toldNs >= PROGRESS_NS) {
                toldNs = System.nanoTime();
                out.printf(
                        "%-16s %,12d executions, coverage %d%n",
                        target.label(), before + run.executions(), run.coverage());
            }
        }
    }

    private Path keep(final Target target, final Path finding, final String output)
            throws IOException {
        final Path kept = Corpus.MODULE.resolve("target/findings").resolve(target.label());
        Files.createDirectories(kept);
        final Path file = kept.resolve(finding.getFileName());
        Files.copy(finding, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        out.printf("%s: FOUND %s%n%s%n", target.label(), file, output);
        return file;
    }

    /** The corpus becomes what is needed to reach all that is reached; the smallest first. */
    private long save(
            final Target target, final FuzzerRun run, final Path work, final List<Path> corpora)
            throws IOException {
        final Path merged = work.resolve("merged");
        final List<Path> all = new ArrayList<>(corpora);
        all.add(run.found());
        run.minimize(all, merged);
        final Path saved = Corpus.directory(target);
        final List<Path> kept = Corpus.files(saved).stream().filter(Fuzz::isKept).toList();
        final List<Path> inputs = new ArrayList<>(Corpus.files(merged));
        inputs.sort(Comparator.comparingLong(file -> file.toFile().length()));
        final long before = Corpus.files(saved).size();
        for (final Path file : Corpus.files(saved)) {
            if (!kept.contains(file)) {
                Files.delete(file);
            }
        }
        Files.createDirectories(saved);
        long bytes = 0;
        for (final Path input : inputs) {
            bytes += Files.size(input);
            if (bytes > MOST_CORPUS_BYTES) {
                break;
            }
            Files.copy(
                    input,
                    saved.resolve(input.getFileName()),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        return Corpus.files(saved).size() - before;
    }

    /** Inputs that found something have names, and stay. */
    private static boolean isKept(final Path file) {
        return file.getFileName().toString().startsWith("found-");
    }

    private int summarize(final List<Line> lines) {
        out.printf(
                "%n%-16s %14s %10s %10s %10s %8s %9s%n",
                "target", "executions", "per s", "coverage", "gained", "corpus", "findings");
        boolean found = false;
        boolean failed = false;
        for (final Line line : lines) {
            failed |= line.failed();
            if (line.failed()) {
                out.printf("%-16s could not run to its end%n", line.target.label());
                continue;
            }
            out.printf(
                    "%-16s %,14d %,10d %10d %10d %+8d %9d%n",
                    line.target.label(),
                    line.executions,
                    line.executions / Math.max(1, line.seconds),
                    line.last,
                    line.last - line.first,
                    line.saved,
                    line.findings.size());
            found |= !line.findings.isEmpty();
        }
        for (final Line line : lines) {
            for (final Path finding : line.findings) {
                out.printf("./fuzz --target %s --replay %s%n", line.target.label(), finding);
            }
        }
        if (found) {
            return 1;
        }
        return failed ? 2 : 0;
    }

    private static void delete(final Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (var all = Files.walk(directory)) {
                for (final Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
