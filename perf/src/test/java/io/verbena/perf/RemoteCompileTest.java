// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The example in examples/remote-compile, compiled with all warnings, and run as its README says.
 */
@Timeout(120)
class RemoteCompileTest {
    private static final Path SOURCE =
            Path.of("..", "examples", "remote-compile", "RemoteCompile.java");
    private static final String LISTENING = "listening on ";

    @TempDir private Path folder;

    @BeforeEach
    void compile() {
        final int result =
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "--release",
                                "17",
                                "-Xlint:all",
                                "-Werror",
                                "-proc:none",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                folder.toString(),
                                SOURCE.toString());
        assertThat(result).as("javac").isZero();
    }

    private Child start(final String... args) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(folder + File.pathSeparator + System.getProperty("java.class.path"));
        command.add("RemoteCompile");
        command.addAll(List.of(args));
        return Child.start(folder, command);
    }

    private Child client(final String uri, final String... program) throws IOException {
        final List<String> args = new ArrayList<>(List.of("client", uri));
        args.addAll(List.of(program));
        return start(args.toArray(String[]::new));
    }

    private Child volume(final String uri) throws IOException {
        return client(
                uri,
                "volume=area*depth",
                "area=width * height",
                "width=2",
                "height=3",
                "depth=7",
                "volume");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "jit"})
    void theServerAsksBackAndTheClientRunsItsCode(final String scheme) throws Exception {
        try (Child server = start("server", scheme + "://127.0.0.1:0")) {
            await().atMost(60, TimeUnit.SECONDS)
                    .until(() -> !server.isAlive() || server.out().contains("\n"));
            assertThat(server.out()).as(server.err()).startsWith(LISTENING);
            final String uri = server.out().strip().substring(LISTENING.length());
            try (Child client = volume(uri)) {
                assertThat(client.exitCode()).as(client.err()).isZero();
                assertThat(client.out()).isEqualTo("volume = 42" + System.lineSeparator());
            }
            try (Child client = client(uri, "a=1+b", "b=a", "a")) {
                assertThat(client.exitCode()).isEqualTo(1);
                assertThat(client.err()).contains("can't compile a");
            }
        }
    }

    @Test
    void withoutAServerTheClientCompilesItself() throws Exception {
        final int nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = taken.getLocalPort();
        }
        try (Child client = volume("tcp://127.0.0.1:" + nobody)) {
            assertThat(client.exitCode()).as(client.err()).isZero();
            assertThat(client.out()).startsWith("compiled here: ").endsWith("volume = 42\n");
        }
    }
}
