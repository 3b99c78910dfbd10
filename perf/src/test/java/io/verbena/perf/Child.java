// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child process, with its output in files. It is gone when this is closed. */
final class Child implements AutoCloseable {
    private static final long PATIENCE_S = 60;

    private final Process process;
    private final Path out;
    private final Path err;

    private Child(final Process process, final Path out, final Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static Child start(final Path folder, final List<String> command) throws IOException {
        final Path out = Files.createTempFile(folder, "child", ".out");
        final Path err = Files.createTempFile(folder, "child", ".err");
        final ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        // The JVM tells of these on standard error, and they aren't what is tested.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        return new Child(builder.start(), out, err);
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, by SIGTERM. */
    void terminate() {
        process.destroy();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).as("ended in time").isTrue();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
