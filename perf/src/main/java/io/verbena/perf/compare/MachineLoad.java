// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * Tells how much of the machine others use, from the kernel's counters; knows nothing where there
 * is no /proc.
 */
final class MachineLoad {

    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    private static final int GUEST = 8; // counted within user time already, like the field after it

    /** In ticks of 1/100 s, as every Linux has them in /proc. */
    private static final double TICKS_PER_NS = 100 / 1e9;

    private final long[] ticks = machineTicks();
    private final long ownCpuNs = ownCpuNs();

    private MachineLoad() {}

    /** Starts to watch. */
    static MachineLoad watch() {
        return new MachineLoad();
    }

    /** The share of all CPU time, since watching began, that went to others than this process. */
    double others() {
        final long[] now = machineTicks();
        if (now.length <= IO_WAIT || ticks.length != now.length) {
            return 0;
        }
        long all = 0;
        long idle = 0;
        for (int i = 0; i < Math.min(now.length, GUEST); i++) {
            final long spent = now[i] - ticks[i];
            all += spent;
            if (i == IDLE || i == IO_WAIT) {
                idle += spent;
            }
        }
        final double own = (ownCpuNs() - ownCpuNs) * TICKS_PER_NS;
        return all == 0 ? 0 : Math.max(0, (all - idle - own) / all);
    }

    /** Waits until the machine has nothing to do, for so long at most. */
    static void awaitIdle(final Duration atMost) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + atMost.toNanos();
        double others;
        do {
            final MachineLoad load = watch();
            Thread.sleep(250);
            others = load.others();
        } while (others > Measurement.DISTURBED && System.nanoTime() - deadlineNs < 0);
    }

    private static long ownCpuNs() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    /**
     * The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, guest…
     */
    private static long[] machineTicks() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            final String[] fields = lines.findFirst().orElse("").trim().split(" +", -1);
            return Arrays.stream(fields).skip(1).mapToLong(Long::parseLong).toArray();
        } catch (final IOException e) {
            return new long[0];
        }
    }
}
