// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Pins threads to CPUs. Left alone, the kernel at times packs the two spinning ends onto one CPU
 * for seconds, and one and the same test reads 36 thousand or 18 million messages a second.
 */
final class Pinning {

    static final int CLIENT_CPU = 0;
    static final int SERVER_CPU = 1;

    /** What a line on standard error that is for people starts with. */
    static final String NOTE = "note: ";

    private Pinning() {}

    /**
     * Pins the calling thread, and the threads that it starts from now on. Where that can't be done
     * it says so, and measuring goes on without.
     */
    static void pinCurrentThread(final int cpu) {
        try {
            // "PID/task/TID", from which util-linux's taskset wants the last.
            final Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            final Process taskset =
                    new ProcessBuilder(
                                    "taskset",
                                    "-cp",
                                    Integer.toString(cpu),
                                    self.getFileName().toString())
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectErrorStream(true)
                            .start();
            if (taskset.waitFor() != 0) {
                note("taskset refused CPU " + cpu);
            }
        } catch (final IOException e) {
            note(e.toString());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void note(final String why) {
        System.err.println(NOTE + "threads aren't pinned, so expect noise: " + why);
    }
}
