// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The peer in C, jitpeer.c, as a process. */
final class CPeer implements AutoCloseable {
    private static final long LIMIT_S = 60;

    private final Process process;
    private final BufferedReader out;

    private CPeer(final Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** Compiles it; a machine without a compiler skips the test, and says so. */
    static Path compile(final Path directory) throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                hasCompiler(), "there is no C compiler (cc): the peer in C is NOT tested here");
        final Path source = directory.resolve("jitpeer.c");
        try (InputStream in =
                Objects.requireNonNull(CPeer.class.getResourceAsStream("jitpeer.c"))) {
            Files.copy(in, source);
        }
        final Path program = directory.resolve("jitpeer");
        try (CPeer compiler =
                start(
                        List.of(
                                "cc",
                                "-std=gnu11",
                                "-Wall",
                                "-Wextra",
                                "-Werror",
                                "-O1",
                                "-o",
                                program.toString(),
                                source.toString()))) {
            assertThat(compiler.succeeds()).as("it compiles").isTrue();
        }
        return program;
    }

    private static boolean hasCompiler() throws InterruptedException {
        try (CPeer version = start(List.of("cc", "--version"))) {
            return version.process.waitFor(LIMIT_S, TimeUnit.SECONDS);
        } catch (final IOException e) {
            return false;
        }
    }

    static CPeer start(final Path program, final String... arguments) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(List.of(arguments));
        return start(command);
    }

    private static CPeer start(final List<String> command) throws IOException {
        return new CPeer(
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** Says a line to it. */
    void tell(final String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    String line() throws IOException {
        return Objects.requireNonNull(out.readLine(), "it has ended");
    }

    List<String> lines() {
        return out.lines().toList();
    }

    boolean succeeds() throws InterruptedException {
        return process.waitFor(LIMIT_S, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(LIMIT_S, TimeUnit.SECONDS);
            out.close();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final IOException e) {
            // A pipe of a process that is no more.
        }
    }
}
