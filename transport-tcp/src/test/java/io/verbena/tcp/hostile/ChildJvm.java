// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Java program of the tests' own in a process of its own: for what is the same for a whole
 * process.
 */
final class ChildJvm {
    private static final long LIMIT_S = 90;

    private final List<String> options = new ArrayList<>();
    private int maxDescriptors;
    private String missing;

    /** An option of the virtual machine. */
    ChildJvm option(final String option) {
        options.add(option);
        return this;
    }

    /** The most descriptors that it may have. */
    ChildJvm maxDescriptors(final int count) {
        maxDescriptors = count;
        return this;
    }

    /** A jar that it doesn't have. */
    ChildJvm without(final String jar) {
        missing = jar;
        return this;
    }

    /** Runs it to its end, which must be a good one; returns what it said. */
    List<String> run(final Class<?> main, final String... arguments)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        if (maxDescriptors > 0) {
            // The virtual machine raises the soft limit to the hard one: so both.
            command.addAll(
                    List.of(
                            "bash",
                            "-c",
                            "ulimit -n " + maxDescriptors + " && exec \"$@\"",
                            "bash"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-Xmx256m", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.addAll(List.of(arguments));
        final File output = Files.createTempFile("verbena-child", ".txt").toFile();
        try {
            final Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output)
                            .start();
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("it didn't end: " + text(output));
            }
            assertThat(process.exitValue()).as(() -> "its end: " + text(output)).isZero();
            return Files.readAllLines(output.toPath(), UTF_8);
        } finally {
            Files.delete(output.toPath());
        }
    }

    private static String text(final File output) {
        try {
            return Files.readString(output.toPath(), UTF_8);
        } catch (final IOException e) {
            return e.toString();
        }
    }

    private String classPath() {
        final String all =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(all.split(Pattern.quote(File.pathSeparator), -1))
                .filter(each -> missing == null || !each.contains(missing))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
