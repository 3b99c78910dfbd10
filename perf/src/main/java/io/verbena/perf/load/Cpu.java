// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps threads on CPUs. Java has no way to; {@code taskset}, which every Linux distribution has,
 * can do it to a thread from outside.
 */
public final class Cpu {
    private static final Logger LOG = LoggerFactory.getLogger(Cpu.class);
    private static final Path SELF = Path.of("/proc/thread-self");

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    private Cpu() {}

    /**
     * Keeps the calling thread on a CPU.
     *
     * @param cpu the CPU's number, from 0.
     * @throws LoadException if that can't be done.
     */
    public static void pinThisThread(final int cpu) {
        try {
            // A link to PID/task/TID.
            final String tid = Files.readSymbolicLink(SELF).getFileName().toString();
            final Process taskset =
                    new ProcessBuilder("taskset", "-c", "-p", Integer.toString(cpu), tid)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (taskset.waitFor() != 0) {
                throw new LoadException(
                        "can't pin to CPU %d: name one that this process may use (%s)"
                                .formatted(cpu, allowedList()),
                        null);
            }
        } catch (final IOException e) {
            throw new LoadException(
                    "can't pin to CPU %d: that needs Linux, and taskset from util-linux (%s)"
                            .formatted(cpu, e.getMessage()),
                    e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadException("interrupted while pinning to CPU " + cpu, e);
        }
    }

    /**
     * Keeps the calling thread, and the threads that it starts from now on, on one of the CPUs that
     * the process may use; does nothing where it has fewer than two, or can't.
     *
     * @param index which of them, from 0.
     */
    public static void spread(final int index) {
        try {
            final List<Integer> cpus = cpus(allowedList());
            if (cpus.size() > 1) {
                pinThisThread(cpus.get(index % cpus.size()));
            }
        } catch (final IOException | LoadException e) {
            LOG.warn("threads are not pinned to CPUs, so expect noise: {}", e.getMessage());
        }
    }

    /**
     * The CPUs that this process may use.
     *
     * @return their numbers, ascending.
     * @throws IOException if Linux doesn't tell.
     */
    public static List<Integer> allowed() throws IOException {
        return cpus(allowedList());
    }

    /** Reads a list like 0-3,8. */
    static List<Integer> cpus(final String list) {
        final List<Integer> cpus = new ArrayList<>();
        for (final String range : list.split(",", -1)) {
            final String[] ends = range.split("-", -1);
            final int last = Integer.parseInt(ends[ends.length - 1]);
            for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    /** The CPUs that this process may use, as Linux lists them: 0-3,8. */
    private static String allowedList() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(ALLOWED))
                .map(line -> line.substring(ALLOWED.length()).strip())
                .findFirst()
                .orElseThrow(() -> new IOException("Linux doesn't tell its CPUs"));
    }
}
