// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What people start: {@code java -jar verbena.jar}. Run when the jar is built, after the other
 * tests.
 */
@Tag("jar")
@Timeout(240)
class VerbenaJarTest {
    private static final Path JAR = Path.of("target", "verbena.jar");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path folder;

    static List<Path> jdks() {
        return Jdks.all();
    }

    @BeforeAll
    static void theJarIsBuilt() {
        assertThat(JAR).isRegularFile();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void serverAndClientSayNothingOnStandardErrorAndTheServerEndsWellOnSigterm(final Path jdk)
            throws Exception {
        final Path socket = folder.resolve("s");
        try (Child server =
                verbena(jdk, "serve", "tcp://127.0.0.1:0", "unix://" + socket, "--threads", "2")) {
            await().atMost(PATIENCE).until(() -> !server.isAlive() || lines(server) == 2);
            assertThat(server.err()).isEmpty();
            for (final String line : server.out().lines().toList()) {
                final String uri = line.substring("listening on ".length());
                try (Child client =
                        verbena(jdk, "ping", uri, "--count", "1000", "--warmup", "0", "--json")) {
                    assertThat(client.exitCode()).as(client.err()).isZero();
                    assertThat(client.err()).isEmpty();
                    assertThat(client.out()).contains("\"count\":1000,\"errors\":0");
                }
            }
            server.terminate();
            assertThat(server.exitCode()).isZero();
            assertThat(server.err()).isEmpty();
            assertThat(server.out()).contains("served 2 sessions with 2,000 responses");
            assertThat(Files.exists(socket)).as("the socket's file is left").isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void aFailureIsOneLineAndOne(final Path jdk) throws Exception {
        try (Child client = verbena(jdk, "ping", "tcp://127.0.0.1:1")) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.err().lines()).hasSize(1);
            assertThat(client.err()).startsWith("verbena: can't connect to tcp://127.0.0.1:1");
            assertThat(client.out()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void infoAndVersionSayNothingOnStandardError(final Path jdk) throws Exception {
        for (final String command : List.of("info", "--version")) {
            try (Child child = verbena(jdk, command)) {
                assertThat(child.exitCode()).isZero();
                assertThat(child.err()).isEmpty();
                assertThat(child.out()).contains("verbena").doesNotContain("unknown");
            }
        }
    }

    private Child verbena(final Path jdk, final String... args) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Jdks.java(jdk).toString());
        command.add("-jar");
        command.add(JAR.toString());
        command.addAll(List.of(args));
        return Child.start(folder, command);
    }

    private static long lines(final Child child) throws IOException {
        return child.out().lines().count();
    }
}
