// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A main class in a JVM like this one, which does what a line on its standard input says, and
 * answers with a line each: {@code ok} and what it found, or what went wrong. It ends with its
 * input.
 */
public final class WorkerProcess implements AutoCloseable {
    /** The first word of an answer to an order that was carried out. */
    public static final String OK = "ok";

    /** For a busy machine, which may be emulated. */
    private static final long PATIENCE_S = 120;

    private static final long FAREWELL_S = 20;

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

    /**
     * Starts one, whose standard error stream is this process's.
     *
     * @param name for people.
     * @param javaOptions of its JVM.
     * @param main its class.
     * @return it.
     * @throws IOException if it can't be started.
     */
    public static WorkerProcess start(
            final String name, final List<String> javaOptions, final Class<?> main)
            throws IOException {
        return new WorkerProcess(
                name,
                new ProcessBuilder(Java.command(javaOptions, main, List.of()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
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

    /**
     * Has it do something.
     *
     * @param seconds how long that takes, or a little longer.
     * @param order what to do.
     * @return the answer's words, without the first.
     * @throws IOException if it fails, ends, or doesn't answer.
     * @throws InterruptedException if the thread is interrupted.
     */
    public List<String> ask(final double seconds, final String order)
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

    /** Has it end in good order, which its input's end asks for; if it doesn't soon, by force. */
    @Override
    public void close() {
        orders.close();
        try {
            if (process.waitFor(FAREWELL_S, TimeUnit.SECONDS)) {
                return;
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
