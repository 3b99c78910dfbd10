// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import io.verbena.perf.process.Java;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs a {@link Figure} in a JVM like this one: the same java command and the same class path. */
final class ChildJvm {

    /** For a JVM to start, connect and stop, on a busy machine. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static final Pattern STACK = Pattern.compile("\\s+(at |\\.\\.\\.)");

    private final OwnNetwork network;
    private final Security security;
    private final Consumer<String> notes;
    private final double warmUpSeconds;
    private final double seconds;

    ChildJvm(
            final OwnNetwork network,
            final Security security,
            final Consumer<String> notes,
            final double warmUpSeconds,
            final double seconds) {
        this.network = network;
        this.security = security;
        this.notes = notes;
        this.warmUpSeconds = warmUpSeconds;
        this.seconds = seconds;
    }

    /** Fails with what the child said, without its stack traces, if it didn't measure anything. */
    Measurement measure(final String peer, final Scenario scenario)
            throws IOException, InterruptedException {
        final Path out = Files.createTempFile("verbena-figure", ".out");
        final Path err = Files.createTempFile("verbena-figure", ".err");
        try {
            final Process process =
                    new ProcessBuilder(network.command(command(peer, scenario)))
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            final String verdict = await(process);
            final List<String> lines = Files.readAllLines(out);
            final List<String> said = Files.readAllLines(err);
            if (!verdict.isEmpty() || lines.isEmpty()) {
                throw new IOException(verdict + withoutStackTraces(said));
            }
            said.stream().filter(line -> line.startsWith(Pinning.NOTE)).forEach(notes);
            return Measurement.fromJson(lines.get(lines.size() - 1));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String withoutStackTraces(final List<String> lines) {
        return lines.stream()
                .filter(line -> !STACK.matcher(line).lookingAt())
                .map(line -> System.lineSeparator() + "    " + line)
                .collect(Collectors.joining());
    }

    private List<String> command(final String peer, final Scenario scenario) {
        final List<String> arguments = new ArrayList<>();
        Collections.addAll(
                arguments,
                peer,
                scenario.id(),
                Double.toString(warmUpSeconds),
                Double.toString(seconds));
        arguments.addAll(security.arguments());
        return Java.command(List.of(), Figure.class, arguments);
    }

    /** Waits for the child, though not for ever; returns what went wrong, or nothing. */
    private String await(final Process process) throws InterruptedException {
        final long limitMs =
                GRACE.toMillis()
                        + TimeUnit.NANOSECONDS.toMillis(WarmUp.MOST_COMPILING_NS)
                        + (long) (1000 * (warmUpSeconds + seconds));
        try {
            if (!process.waitFor(limitMs, TimeUnit.MILLISECONDS)) {
                return "not done after " + limitMs / 1000 + " s";
            }
            return process.exitValue() == 0 ? "" : "exit code " + process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
