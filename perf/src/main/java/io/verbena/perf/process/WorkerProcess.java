// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.rdma;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link Worker}, in a JVM like this one. */
final class WorkerProcess implements AutoCloseable {
    private static final String OK = "ok";

    /** For a busy machine, which may be emulated. */
    private static final long PATIENCE_S = 120;

    private final String name;
    private final Process process;
    private final PrintWriter orders;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private WorkerProcess(final String name, final Process process) {
        this.name = name;
        this.process = process;
        orders = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        final Thread reader = new Thread(this::read, "answers of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Its standard error stream is this process's. */
    static WorkerProcess start(final String name, final List<String> javaOptions)
            throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElseGet(
                                () ->
                                        Path.of(System.getProperty("java.home"), "bin/java")
                                                .toString()));
        command.addAll(
                List.of(
                        "-Xmx256m",
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED"));
        command.addAll(javaOptions);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName()));
        return new WorkerProcess(
                name,
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    private void read() {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(line);
            }
        } catch (final IOException e) {
            // It is gone, which is told below.
        }
        answers.add("failed it ended");
    }

    /** Has it do something that takes so long, or a little longer; returns the answer's words. */
    List<String> ask(final double seconds, final String order)
            throws IOException, InterruptedException {
        orders.println(order);
        final String answer = answers.poll(PATIENCE_S + (long) seconds, TimeUnit.SECONDS);
        if (answer == null) {
            throw new IOException(
                    "the %s has not answered '%s' for %d s"
                            .formatted(name, order, PATIENCE_S + (long) seconds));
        }
        final List<String> words = List.of(answer.strip().split(" ", -1));
        if (!words.get(0).equals(OK)) {
            throw new IOException("the %s %s (asked to %s)".formatted(name, answer, order));
        }
        return words.subList(1, words.size());
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
