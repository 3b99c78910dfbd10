// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import picocli.CommandLine.Option;

/** How long a comparison measures each figure in each round, and warms up before. */
final class DurationOptions {
    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "2s",
            converter = Converters.Duration.class,
            description = "Measure each figure for this long in each round. Default: 2s.")
    private long durationNs;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "15s",
            converter = Converters.Duration.class,
            description = "Do the same for this long before the first round. Default: 15s.")
    private long warmupNs;

    double seconds() {
        return durationNs / 1e9;
    }

    double warmupSeconds() {
        return warmupNs / 1e9;
    }
}
