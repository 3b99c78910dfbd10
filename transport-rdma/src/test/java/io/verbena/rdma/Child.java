// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A child process and what it says. */
final class Child implements AutoCloseable {
    /** An archive of classes that JVMs start from, if there is one. */
    private static final String CLASSES = System.getProperty("io.verbena.rdma.classes");

    private final Process process;
    private final Thread reader;
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    private Child(final List<String> command) {
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = new Thread(this::read, "child's output");
        reader.start();
    }

    /** Runs a command. */
    static Child of(final String... command) {
        return new Child(List.of(command));
    }

    /** Runs the {@link PeerProgram}. */
    static Child peer(final String... arguments) {
        return peer(List.of(), arguments);
    }

    /** Runs the {@link PeerProgram} by way of a command. */
    static Child peer(final List<String> by, final String... arguments) {
        return program(PeerProgram.class, by, List.of("-Xmx128m"), arguments);
    }

    /** Runs a program of the tests by way of a command, in a JVM with options. */
    static Child program(
            final Class<?> program,
            final List<String> by,
            final List<String> options,
            final String... arguments) {
        final List<String> command = new ArrayList<>(by);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // What starts soonest where a machine is emulated.
        command.addAll(List.of("-ea", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        if (CLASSES != null) {
            command.add("-XX:SharedArchiveFile=" + CLASSES);
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return new Child(command);
    }

    private void read() {
        try (BufferedReader from = process.inputReader()) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                lines.add(line);
            }
        } catch (final IOException e) {
            lines.add(e.toString());
        }
    }

    /** The first line that it has said which starts like this, without that; null if none. */
    String said(final String start) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).trim())
                .findFirst()
                .orElse(null);
    }

    /** All lines that start like this, without that. */
    List<String> all(final String start) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).trim())
                .toList();
    }

    /** That it never will is soon known, too. */
    boolean hasSaid(final String start) {
        return said(start) != null || hasEnded();
    }

    boolean hasEnded() {
        return !process.isAlive() && !reader.isAlive();
    }

    int exitValue() {
        return process.exitValue();
    }

    /** Sends it a signal. */
    void signal(final String name) {
        Guest.run("kill", "-" + name, Long.toString(process.pid()));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
                process.waitFor();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "child %d, %s, said %s"
                .formatted(process.pid(), process.isAlive() ? "lives" : "has ended", lines);
    }
}
