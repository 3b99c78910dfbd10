// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An application that has Verbena's jars on its class path, or on its module path, and no JVM flag.
 */
@Timeout(240)
class ApplicationPathsTest {
    private static final String MODULE_INFO =
            """
            module app {
                requires io.verbena;
            }
            """;
    private static final String MAIN =
            """
            package app;

            import io.verbena.ClientSession;
            import io.verbena.EventQueueHandler;
            import io.verbena.Msg;
            import io.verbena.MsgPool;
            import io.verbena.ServerPortal;
            import java.net.URI;

            public final class Main {
                public static void main(final String[] args) {
                    try (EventQueueHandler queue = EventQueueHandler.open();
                            MsgPool pool = MsgPool.direct(4, 64, 64)) {
                        queue.bind(pool);
                        final ServerPortal portal =
                                ServerPortal.listen(
                                        queue,
                                        URI.create("tcp://127.0.0.1:0"),
                                        request ->
                                                request.accept(
                                                        (session, msg) -> {
                                                            msg.out().put(msg.in());
                                                            session.sendResponse(msg);
                                                        }));
                        final ClientSession client =
                                ClientSession.connect(
                                        queue,
                                        portal.uri(),
                                        (session, msg) -> {
                                            System.out.println("got " + msg.in().getLong());
                                            msg.release();
                                            queue.breakEventLoop();
                                        });
                        final Msg msg = pool.take();
                        msg.out().putLong(42);
                        client.sendRequest(msg);
                        queue.run();
                    }
                }
            }
            """;

    /** Verbena, and what it needs, as they begin in the tests' own class path. */
    private static final List<String> JARS =
            List.of(
                    "verbena-api",
                    "verbena-tcp",
                    "agrona",
                    "netty-buffer",
                    "netty-common",
                    "jctools-core",
                    "slf4j-api",
                    "jspecify");

    @TempDir private Path folder;

    private List<String> jars;
    private Path classes;

    static List<Path> jdks() {
        return Jdks.all();
    }

    @BeforeEach
    void compile() throws Exception {
        jars = JARS.stream().map(ApplicationPathsTest::find).toList();
        classes = folder.resolve("classes");
        final Path info = Files.writeString(folder.resolve("module-info.java"), MODULE_INFO);
        final Path main =
                Files.writeString(
                        Files.createDirectories(folder.resolve("app")).resolve("Main.java"), MAIN);
        final int result =
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "--release",
                                "17",
                                "-Xlint:all,-requires-automatic,-requires-transitive-automatic",
                                "-Werror",
                                "-p",
                                String.join(File.pathSeparator, jars),
                                "-d",
                                classes.toString(),
                                info.toString(),
                                main.toString());
        assertThat(result).as("javac").isZero();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void anApplicationRunsOnTheModulePathWithoutAWord(final Path jdk) throws Exception {
        assertThatItRuns(jdk, "-p", path(), "-m", "app/app.Main");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void anApplicationRunsOnTheClassPathWithoutAWord(final Path jdk) throws Exception {
        assertThatItRuns(jdk, "-cp", path(), "app.Main");
    }

    private void assertThatItRuns(final Path jdk, final String... args) throws Exception {
        final List<String> command = new ArrayList<>();
        command.add(Jdks.java(jdk).toString());
        command.addAll(List.of(args));
        try (Child child = Child.start(folder, command)) {
            final int exitCode = child.exitCode();
            assertThat(child.err()).isEmpty();
            assertThat(child.out()).isEqualTo("got 42" + System.lineSeparator());
            assertThat(exitCode).isZero();
        }
    }

    private String path() {
        return classes + File.pathSeparator + String.join(File.pathSeparator, jars);
    }

    /** Maven gives the jar of another module, or if that isn't packaged, its classes. */
    private static String find(final String name) {
        final String module = name.replace("verbena-", "transport-");
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(
                        entry ->
                                Path.of(entry)
                                                .getFileName()
                                                .toString()
                                                .matches(name + "-\\d.*\\.jar")
                                        || Path.of(entry).endsWith(module + "/target/classes"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " on the class path"));
    }
}
