// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells whether this JVM's JIT compiler has come to rest, from the CPU time of its threads: a
 * compilation that is under way counts, which the JVM itself reports only when it is over. Where
 * there is no /proc, the compiler always rests.
 */
final class CompilerRest {
    /**
     * For so long it must have had next to nothing to do. Between two compilations of one warm-up
     * there are pauses of a second or two.
     */
    private static final long REST_NS = TimeUnit.SECONDS.toNanos(3);

    /** Of 10 ms each, between two looks half a second apart: 4 % of a CPU. */
    private static final long NEXT_TO_NOTHING_TICKS = 2;

    /** Of the fields behind the thread's name in /proc/PID/stat, see proc(5). */
    private static final int USER_TICKS = 11;

    private static final int SYSTEM_TICKS = 12;

    private Map<String, Long> ticks = threads();
    private long busyNs;

    /** Nothing is known of the time before this. */
    CompilerRest(final long nowNs) {
        busyNs = nowNs;
    }

    /** To be called about twice a second. */
    boolean hasCome(final long nowNs) {
        final Map<String, Long> now = threads();
        long spent = 0;
        for (final Map.Entry<String, Long> thread : now.entrySet()) {
            spent += thread.getValue() - ticks.getOrDefault(thread.getKey(), 0L);
        }
        ticks = now;
        if (spent > NEXT_TO_NOTHING_TICKS) {
            busyNs = nowNs;
        }
        return nowNs - busyNs >= REST_NS;
    }

    /** The compiler's threads, which come and go, with the CPU time that each has used. */
    private static Map<String, Long> threads() {
        final Map<String, Long> found = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (final Path thread : all) {
                final String stat = stat(thread);
                final int nameEnd = stat.lastIndexOf(')');
                // As the kernel cuts it: "C2 CompilerThre", and "JIT Compilation" of OpenJ9.
                if (nameEnd > 0 && stat.substring(0, nameEnd).contains("Compil")) {
                    final String[] fields = stat.substring(nameEnd + 2).split(" ", -1);
                    found.put(
                            thread.toString(),
                            Long.parseLong(fields[USER_TICKS])
                                    + Long.parseLong(fields[SYSTEM_TICKS]));
                }
            }
        } catch (final IOException e) {
            return Map.of();
        }
        return found;
    }

    private static String stat(final Path thread) {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (final IOException e) {
            // It has ended.
            return "";
        }
    }
}
