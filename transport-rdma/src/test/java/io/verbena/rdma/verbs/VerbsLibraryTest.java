// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.verbena.rdma.probe.VerbsProbe;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How the natives are found, and what is said where they aren't: each in a JVM of its own. */
@EnabledOnOs(OS.LINUX)
class VerbsLibraryTest {
    private static final Path STOCK =
            Path.of("../native/target/natives/stock/libdisni.so").toAbsolutePath().normalize();

    private static final Pattern MODULES =
            Pattern.compile(
                    ".*(transport-(rdma|api)/target/classes|verbena-(api|rdma|native)-[^/]*(?<!-tests)\\.jar"
                            + "|(disni|netty|slf4j-api|jspecify|agrona|jctools)[^/]*\\.jar)");

    @TempDir Path directory;

    @Test
    void loadsWithoutAnyFlagOfTheJvm() throws Exception {
        assertThat(probe())
                .matches(
                        "(loaded|works): libdisni \\d+ \\(libibverbs [\\d.]+, librdmacm [\\d.]+\\).*");
    }

    @Test
    void loadsFromTheModulePath() throws Exception {
        final List<String> modules = new ArrayList<>();
        final List<String> others = new ArrayList<>();
        for (final String entry : classPath()) {
            (MODULES.matcher(entry).matches() ? modules : others).add(entry);
        }
        assertThat(
                        run(
                                Map.of(),
                                "-p",
                                String.join(File.pathSeparator, modules),
                                "--add-modules",
                                "io.verbena.rdma",
                                "--add-exports",
                                "io.verbena.rdma/io.verbena.rdma.verbs=ALL-UNNAMED",
                                "-cp",
                                String.join(File.pathSeparator, others)))
                .matches("(loaded|works): libdisni \\d+ .*");
    }

    @Test
    void leavesNothingBehind() throws Exception {
        assertThat(probe("-Dio.verbena.rdma.tmpdir=" + directory)).contains("libdisni");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void takesTheLibraryThatIsNamed() throws Exception {
        assumeThat(STOCK).exists();
        assertThat(probe("-Dio.verbena.rdma.library=" + STOCK))
                .matches("(loaded|works): libdisni without extensions \\[\\].*");
    }

    @Test
    void saysThatTheNamedLibraryIsNotThere() throws Exception {
        assertThat(probe("-Dio.verbena.rdma.library=" + directory.resolve("none.so")))
                .isEqualTo(
                        "unavailable: "
                                + directory.resolve("none.so")
                                + ", which -Dio.verbena.rdma.library names, can't be read");
    }

    @Test
    void saysThatTheNamedLibraryIsNone() throws Exception {
        final Path text = Files.writeString(directory.resolve("text.so"), "no library at all");
        assertThat(probe("-Dio.verbena.rdma.library=" + text))
                .startsWith("unavailable: " + text + " can't be loaded: ");
    }

    @Test
    void namesThePropertyWhereTheDirectoryCannotBeWritten() throws Exception {
        assertThat(probe("-Djava.io.tmpdir=" + directory.resolve("none")))
                .startsWith(
                        "unavailable: the natives can't be unpacked in "
                                + directory.resolve("none"))
                .endsWith("name another directory with -Dio.verbena.rdma.tmpdir=DIRECTORY");
        assertThat(
                        probe(
                                "-Djava.io.tmpdir=" + directory.resolve("none"),
                                "-Dio.verbena.rdma.tmpdir=" + directory))
                .contains("libdisni");
    }

    /** With java.io.tmpdir on a file system of its own, which is mounted so. */
    private String probeMounted(final String options, final String... arguments) throws Exception {
        final Path mounted = Files.createDirectories(directory.resolve("mounted"));
        final List<String> by =
                List.of(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o \"$0\" tmpfs \"$1\" && shift && exec \"$@\"",
                        options,
                        mounted.toString());
        assumeMayMount(by);
        return run(
                by,
                Map.of(),
                classPathArguments(
                        Stream.concat(
                                        Stream.of("-Djava.io.tmpdir=" + mounted),
                                        Arrays.stream(arguments))
                                .toArray(String[]::new)));
    }

    private static void assumeMayMount(final List<String> by) throws Exception {
        final List<String> command = new ArrayList<>(by);
        command.add("true");
        final Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (final IOException e) {
            assumeTrue(false, "no unshare(1): " + e.getMessage());
            return;
        }
        final String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assumeTrue(process.waitFor() == 0, "nothing may be mounted here: " + said);
    }

    @Test
    void namesThePropertyWhereTheTemporaryDirectoryIsMountedNoexec() throws Exception {
        assertThat(probeMounted("noexec"))
                .startsWith(
                        "unavailable: Verbena's libdisni.so can't be loaded: programs may not be"
                                + " run from "
                                + directory.resolve("mounted"))
                .contains(
                        "(mounted noexec?): name another directory with"
                                + " -Dio.verbena.rdma.tmpdir=DIRECTORY",
                        "failed to map segment");
        assertThat(probeMounted("noexec", "-Dio.verbena.rdma.tmpdir=" + directory))
                .matches("(loaded|works): libdisni \\d+ .*");
    }

    @Test
    void namesThePropertyWhereTheTemporaryDirectoryIsMountedReadOnly() throws Exception {
        assertThat(probeMounted("ro"))
                .startsWith(
                        "unavailable: the natives can't be unpacked in "
                                + directory.resolve("mounted"))
                .contains("Read-only file system")
                .endsWith("name another directory with -Dio.verbena.rdma.tmpdir=DIRECTORY");
        assertThat(probeMounted("ro", "-Dio.verbena.rdma.tmpdir=" + directory))
                .matches("(loaded|works): libdisni \\d+ .*");
    }

    @Test
    void namesWhatIsMissingOfTheSystemsLibraries() throws Exception {
        Files.writeString(directory.resolve("libibverbs.so.1"), "");
        assertThat(run(Map.of("LD_LIBRARY_PATH", directory.toString()), classPathArguments()))
                .startsWith("unavailable: the RDMA libraries aren't usable: ")
                .contains(
                        "libibverbs.so.1", "apt install libibverbs1 librdmacm1 ibverbs-providers");
    }

    private static List<String> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .collect(Collectors.toList());
    }

    private static String[] classPathArguments(final String... more) {
        return Stream.concat(
                        Arrays.stream(more),
                        Stream.of("-cp", String.join(File.pathSeparator, classPath())))
                .toArray(String[]::new);
    }

    private String probe(final String... arguments) throws Exception {
        return run(Map.of(), classPathArguments(arguments));
    }

    /** Runs the probe; the line that it prints. */
    private String run(final Map<String, String> environment, final String... arguments)
            throws Exception {
        return run(List.of(), environment, arguments);
    }

    /** By way of another command. */
    private String run(
            final List<String> by, final Map<String, String> environment, final String... arguments)
            throws Exception {
        final List<String> command = new ArrayList<>(by);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xshare:auto");
        command.addAll(List.of(arguments));
        command.add(VerbsProbe.class.getName());
        final Path output = Files.createTempFile("probe", ".txt");
        try {
            final ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectOutput(output.toFile())
                            .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().putAll(environment);
            final Process process = builder.start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the probe doesn't end");
            }
            return Files.readString(output, UTF_8).strip();
        } finally {
            Files.delete(output);
        }
    }
}
