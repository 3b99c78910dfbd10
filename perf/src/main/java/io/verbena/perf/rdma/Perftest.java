// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.rdma;

import io.verbena.perf.load.Cpu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program of perftest, which measures verbs from C: both its ends, on this machine, connected by
 * rdma_cm as Verbena's are, at the same address and so with the same packets.
 */
final class Perftest {
    private static final int FIRST_PORT = 18515;
    private static final int PORTS = 1000;
    private static final long PATIENCE_S = 30;
    private static final long PAUSE_MS = 200;
    private static final int ATTEMPTS = 50;

    /**
     * On a busy machine it may fail to find out how fast the CPU's clock is, and print "inf"; and
     * now and then it hangs.
     */
    private static final int RUNS = 10;

    /** Columns of what it prints. */
    private static final int TYPICAL_US = 4;

    private static final int AVERAGE_BANDWIDTH = 3;

    /** What it measures at least, and before it is known how long one takes. */
    private static final long FEWEST = 100;

    private static int next;

    private final String program;
    private final String address;
    private final int size;
    private final int outstanding;
    private final int column;
    private long iterations = FEWEST;

    private Perftest(
            final String program,
            final String address,
            final int size,
            final int outstanding,
            final int column) {
        this.program = program;
        this.address = address;
        this.size = size;
        this.outstanding = outstanding;
        this.column = column;
    }

    /** One message at a time, there and back; gives half of the median round trip in µs. */
    static Perftest latency(final String program, final String address, final int size) {
        return new Perftest(program, address, size, 0, TYPICAL_US);
    }

    /** So many at a time; gives MiB/s: what it prints as MB/sec is in units of 2^20. */
    static Perftest bandwidth(
            final String program, final String address, final int size, final int outstanding) {
        return new Perftest(program, address, size, outstanding, AVERAGE_BANDWIDTH);
    }

    String program() {
        return program;
    }

    /** Measures for about so long, from the second time on. */
    double measure(final double seconds) throws IOException, InterruptedException {
        final double value = plausible();
        final double perSecond =
                column == TYPICAL_US ? 1e6 / (2 * value) : value * (1 << 20) / size;
        iterations = Math.max(FEWEST, (long) (seconds * perSecond));
        return value;
    }

    private double plausible() throws IOException, InterruptedException {
        for (int i = 0; i < RUNS; i++) {
            final double value = once();
            if (Double.isFinite(value) && value > 0) {
                return value;
            }
        }
        throw new IOException(
                "%s hangs, or can't tell the CPU's frequency: leave the machine alone meanwhile"
                        .formatted(program));
    }

    private double once() throws IOException, InterruptedException {
        final int port = FIRST_PORT + next++ % PORTS;
        final List<Integer> cpus = Cpu.allowed();
        final Process server = start(command(cpus.get(1 % cpus.size()), port, List.of()), false);
        try {
            String said = "";
            for (int i = 0; i < ATTEMPTS && server.isAlive(); i++) {
                Thread.sleep(PAUSE_MS);
                final Process client = start(command(cpus.get(0), port, List.of(address)), true);
                try {
                    if (!client.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                        return Double.NaN;
                    }
                    // What it prints fits into the pipe.
                    said = output(client);
                    if (client.exitValue() == 0) {
                        return value(said);
                    }
                } finally {
                    client.destroyForcibly();
                }
            }
            throw new IOException(
                    "%s failed: %s"
                            .formatted(program, said.strip().replaceAll("\\s*\\R\\s*", "; ")));
        } finally {
            server.destroyForcibly();
            server.waitFor();
        }
    }

    private static String output(final Process client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Process start(final List<String> command, final boolean read) throws IOException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            read ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (final IOException e) {
            throw new IOException(
                    "%s can't be started (%s): apt install perftest util-linux"
                            .formatted(program, e.getMessage()),
                    e);
        }
    }

    private List<String> command(final int cpu, final int port, final List<String> host) {
        final List<String> command = new ArrayList<>();
        command.addAll(List.of("taskset", "-c", Integer.toString(cpu), program, "-R", "-F"));
        command.addAll(List.of("-s", Integer.toString(size), "-n", Long.toString(iterations)));
        command.addAll(List.of("-p", Integer.toString(port)));
        if (outstanding > 0) {
            command.addAll(List.of("-t", Integer.toString(outstanding)));
        }
        command.addAll(host);
        return command;
    }

    /** NaN where C writes inf or nan. */
    private static double number(final String text) {
        return text.matches("[0-9.]+") ? Double.parseDouble(text) : Double.NaN;
    }

    /** From the row that begins with the size. */
    private double value(final String said) throws IOException {
        return Stream.of(said.split("\n", -1))
                .map(line -> line.strip().split("\\s+", -1))
                .filter(cells -> cells.length > column && cells[0].equals(Integer.toString(size)))
                .reduce((first, last) -> last)
                .map(cells -> number(cells[column]))
                .orElseThrow(
                        () ->
                                new IOException(
                                        "%s says nothing known: %s".formatted(program, said)));
    }
}
