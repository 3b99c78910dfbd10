// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of the fuzzer in a JVM of its own, as its instrumentation is none that the JVM of a test
 * should have, and as it ends its process when it finds something.
 */
final class FuzzerRun {
    /** Longer inputs find nothing that shorter ones don't, and a repository is to hold them. */
    static final int MOST_INPUT_BYTES = 4096;

    /** One input may take so long; then it hangs, which is a finding. */
    private static final int INPUT_TIMEOUT_S = 20;

    /**
     * On top of its time: to start, to run what there is, and to end, on a machine that has much
     * else to do.
     */
    private static final int GRACE_S = 300;

    /** As in "#5436 DONE cov: 434 ft: 534 corp: 7/151b lim: 43 exec/s: 494 rss: 780Mb". */
    private static final Pattern STATUS =
            Pattern.compile("#(\\d+)\\s+(\\w+)\\s+cov: (\\d+) .*?exec/s: (\\d+).*");

    private static final int TAIL_LINES = 60;

    private final String entry;
    private final String targetLabel;
    private final Path work;
    private final ArrayDeque<String> tail = new ArrayDeque<>();
    private long executions;
    private int coverageAtFirst;
    private int coverage;
    private int exitCode;

    /** It was ended by force. */
    private volatile boolean cutOff;

    /**
     * What came of it.
     *
     * @param executions inputs that were run.
     * @param coverageAtFirst edges of the code that the corpus reached.
     * @param coverage edges that are reached now.
     * @param findings the inputs that found something.
     * @param output the last lines of the fuzzer.
     */
    record Outcome(
            long executions,
            int coverageAtFirst,
            int coverage,
            List<Path> findings,
            String output) {}

    private FuzzerRun(final String entry, final String targetLabel, final Path work) {
        this.entry = entry;
        this.targetLabel = targetLabel;
        this.work = work;
    }

    /** Of one target. */
    static FuzzerRun of(final Target target, final Path work) {
        return new FuzzerRun(SingleTarget.class.getName(), target.label(), work);
    }

    /** Of all targets at once. */
    static FuzzerRun ofAll(final Path work) {
        return new FuzzerRun(EveryTarget.class.getName(), "", work);
    }

    /** Where inputs that reach new code are written. */
    Path found() {
        return work.resolve("found");
    }

    /** Where inputs that find something are written. */
    Path findings() {
        return work.resolve("findings");
    }

    /**
     * Fuzzes.
     *
     * @param corpora what to begin with: folders that are read.
     * @param seconds for how long.
     * @param progress told each line of the fuzzer's status.
     */
    Outcome fuzz(final List<Path> corpora, final int seconds, final Consumer<FuzzerRun> progress) {
        create(found());
        create(findings());
        final List<Path> before = Corpus.files(findings());
        final List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-max_total_time=" + seconds,
                                "-max_len=" + MOST_INPUT_BYTES,
                                "-timeout=" + INPUT_TIMEOUT_S,
                                // Slow is what any input is on a busy machine; only a hang is a
                                // finding.
                                "-report_slow_units=" + INPUT_TIMEOUT_S,
                                "-artifact_prefix=" + findings() + "/",
                                found().toString()));
        corpora.stream().filter(Files::isDirectory).map(Path::toString).forEach(arguments::add);
        run(arguments, seconds + GRACE_S, progress);
        final List<Path> findings = new ArrayList<>(Corpus.files(findings()));
        findings.removeAll(before);
        if (exitCode != 0 && findings.isEmpty()) {
            throw new IllegalStateException(
                    "the fuzzer ended with code %d and no finding:%n%s"
                            .formatted(exitCode, output()));
        }
        return new Outcome(executions, coverageAtFirst, coverage, findings, output());
    }

    /** Copies those inputs that are needed to reach all that all inputs reach. */
    void minimize(final List<Path> corpora, final Path into) {
        create(into);
        final List<String> arguments = new ArrayList<>(List.of("-merge=1", into.toString()));
        corpora.stream().filter(Files::isDirectory).map(Path::toString).forEach(arguments::add);
        run(arguments, GRACE_S, run -> {});
        if (exitCode != 0) {
            throw new IllegalStateException(
                    "the fuzzer could not merge (code %d):%n%s".formatted(exitCode, output()));
        }
    }

    private void run(
            final List<String> arguments, final int limitS, final Consumer<FuzzerRun> progress) {
        final List<String> command = new ArrayList<>();
        Collections.addAll(
                command,
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx512m",
                "-ea",
                // The fuzzer has natives, and instruments classes from within. JDK 17 doesn't know
                // the last option.
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+EnableDynamicAgentLoading",
                "-Dbasedir=" + Corpus.MODULE,
                "-Dverbena.fuzz.target=" + targetLabel,
                "-cp",
                System.getProperty("verbena.fuzz.classpath", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + entry,
                "--instrumentation_includes=io.verbena.**",
                // The attackers are not what is to be covered.
                "--instrumentation_excludes=io.verbena.fuzz.**:io.verbena.testkit.**",
                // Sockets and files are what a transport opens.
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery:"
                        + "com.code_intelligence.jazzer.sanitizers.FilePathTraversal",
                "--reproducer_path=" + work);
        command.addAll(arguments);
        create(work);
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            final Thread guard = limit(process, limitS);
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    read(line, progress);
                }
                exitCode = process.waitFor();
            } catch (final IOException e) {
                if (!cutOff) {
                    throw e;
                }
                // Its streams are closed when it is ended by force.
                throw new IllegalStateException(
                        "the fuzzer had not ended after %d s:%n%s".formatted(limitS, output()), e);
            } finally {
                process.destroyForcibly();
                guard.interrupt();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the fuzzer ran", e);
        }
    }

    /** A fuzzer that hangs is ended, and its end is an error. */
    private Thread limit(final Process process, final int seconds) {
        final Thread guard =
                new Thread(
                        () -> {
                            try {
                                if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                                    cutOff = true;
                                    process.destroyForcibly();
                                }
                            } catch (final InterruptedException e) {
                                // It has ended.
                            }
                        },
                        "fuzzer-guard");
        guard.setDaemon(true);
        guard.start();
        return guard;
    }

    private void read(final String line, final Consumer<FuzzerRun> progress) {
        tail.add(line);
        if (tail.size() > TAIL_LINES) {
            tail.remove();
        }
        final Matcher status = STATUS.matcher(line);
        if (status.matches()) {
            executions = Long.parseLong(status.group(1));
            coverage = Integer.parseInt(status.group(3));
            if (status.group(2).equals("INITED")) {
                coverageAtFirst = coverage;
            }
            progress.accept(this);
        }
    }

    private String output() {
        return String.join(System.lineSeparator(), tail);
    }

    long executions() {
        return executions;
    }

    int coverage() {
        return coverage;
    }

    private static void create(final Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
