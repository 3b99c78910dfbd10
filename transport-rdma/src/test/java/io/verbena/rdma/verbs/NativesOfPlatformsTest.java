// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The libraries of all platforms, this machine's and those that it can only emulate: what they
 * export, and that they load and run.
 */
@EnabledOnOs(OS.LINUX)
class NativesOfPlatformsTest {
    private static final String DISNI = "Java_com_ibm_disni_verbs_impl_NativeDispatcher__1";
    private static final String OURS = "Java_io_verbena_rdma_verbs_Extensions_";

    /** What builds, looks at and runs programs of a platform. */
    enum Platform {
        X86_64("linux-x86_64", "amd64", "x86_64-linux-gnu"),
        AARCH_64("linux-aarch_64", "aarch64", "aarch64-linux-gnu");

        private final String directory;
        private final String architecture;
        private final String triplet;

        Platform(final String directory, final String architecture, final String triplet) {
            this.directory = directory;
            this.architecture = architecture;
            this.triplet = triplet;
        }

        private boolean isOwn() {
            return System.getProperty("os.arch").equals(architecture);
        }

        private String compiler() {
            return isOwn() ? "cc" : triplet + "-gcc";
        }

        private String nm() {
            return isOwn() ? "nm" : triplet + "-nm";
        }

        private List<String> emulator() {
            return isOwn()
                    ? List.of()
                    : List.of(
                            "qemu-" + triplet.substring(0, triplet.indexOf('-')),
                            "-L",
                            "/usr/" + triplet);
        }
    }

    @TempDir Path directory;

    private Path library(final Platform platform) throws IOException {
        final String name = "META-INF/native/verbena/" + platform.directory + "/libdisni.so";
        try (InputStream in = VerbsLibrary.class.getClassLoader().getResourceAsStream(name)) {
            assumeTrue(in != null, "not built: no cross compiler " + platform.compiler());
            final Path file = directory.resolve("libdisni.so");
            Files.copy(in, file);
            return file;
        }
    }

    private static void assumeThereIs(final String program) {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(":"))
                        .anyMatch(each -> Files.isExecutable(Path.of(each).resolve(program))),
                "there is no " + program);
    }

    /** Runs a program that must succeed; its lines. */
    private List<String> run(final List<String> command) throws Exception {
        assumeThereIs(command.get(0));
        final Path output = directory.resolve("output.txt");
        final Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        final boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        final List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertThat(ended).as("%s ends, and said %s", command, lines).isTrue();
        assertThat(process.exitValue()).as("of %s, which said %s", command, lines).isZero();
        return lines;
    }

    private static List<String> natives(final String... classes) throws Exception {
        final ClassLoader loader = NativesOfPlatformsTest.class.getClassLoader();
        final List<String> names = new ArrayList<>();
        for (final String name : classes) {
            Arrays.stream(Class.forName(name, false, loader).getDeclaredMethods())
                    .filter(method -> Modifier.isNative(method.getModifiers()))
                    .map(method -> method.getName().replace("_", "_1"))
                    .forEach(
                            method ->
                                    names.add(
                                            "Java_%s_%s"
                                                    .formatted(name.replace('.', '_'), method)));
        }
        return names;
    }

    @ParameterizedTest
    @EnumSource
    void exportEveryNativeOfDisniAndOfOursAndNothingElse(final Platform platform) throws Exception {
        final List<String> disni =
                natives(
                        "com.ibm.disni.verbs.impl.NativeDispatcher",
                        "com.ibm.disni.util.NativeAffinity");
        assertThat(disni).hasSize(50);
        final List<String> ours = natives(Extensions.class.getName());
        assertThat(ours).isNotEmpty();
        // Address, type (T: a function that is exported), name.
        final List<String> exported =
                run(
                        List.of(
                                platform.nm(),
                                "--dynamic",
                                "--defined-only",
                                library(platform).toString()));
        assertThat(exported).allMatch(line -> line.matches("[0-9a-f]+ T \\w+"));
        assertThat(exported.stream().map(line -> line.substring(line.lastIndexOf(' ') + 1)))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(disni.stream(), ours.stream()).toList());
    }

    /** By a program in C, as no JVM of the platform may be there. */
    @ParameterizedTest
    @EnumSource
    void loadAndRun(final Platform platform) throws Exception {
        final Path library = library(platform);
        final Path program = directory.resolve("natives");
        final Path include = Path.of(System.getProperty("java.home"), "include");
        assumeTrue(Files.exists(include.resolve("jni.h")), "not a JDK: " + include);
        run(
                List.of(
                        platform.compiler(),
                        "-std=c11",
                        "-Wall",
                        "-Wextra",
                        "-Werror",
                        "-I" + include,
                        "-I" + include.resolve("linux"),
                        "../native/src/test/c/natives.c",
                        "-o",
                        program.toString(),
                        "-ldl"));
        final List<String> command = new ArrayList<>(platform.emulator());
        command.addAll(List.of(program.toString(), library.toString()));
        final List<String> said = run(command);
        assertThat(said)
                .startsWith(
                        DISNI + "getVersion 32",
                        DISNI + "getIbvSendWRSize " + Layout.SEND_WR_BYTES,
                        DISNI + "getIbvRecvWRSize " + Layout.RECV_WR_BYTES,
                        DISNI + "getIbvSgeSize " + Layout.SGE_BYTES,
                        DISNI + "getIbvWCSize " + Layout.WC_BYTES,
                        DISNI + "getSockAddrInSize 16",
                        DISNI + "getRemoteAddressOffset " + Layout.WR_REMOTE_ADDRESS,
                        DISNI + "getRKeyOffset " + Layout.WR_RKEY,
                        OURS + "version " + Extensions.VERSION)
                .endsWith(OURS + "errorText Cannot allocate memory")
                // The system's libraries are there, or named, which is another call of the linker.
                .anyMatch(
                        line ->
                                line.equals(OURS + "libraryProblem none")
                                        || line.startsWith(
                                                OURS + "libraryProblem libibverbs.so.1: "));
    }
}
