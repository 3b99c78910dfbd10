// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long a comparison measures, in alternating rounds. */
@SuppressWarnings("NullAway.Init")
final class RoundsOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds, to take medians of. Default: 5.")
    private int rounds;

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

    /** The number of rounds, 1 or more. */
    int rounds() {
        if (rounds < 1) {
            throw new CommandException("--rounds is at least 1", null);
        }
        return rounds;
    }

    double seconds() {
        return durationNs / 1e9;
    }

    double warmupSeconds() {
        return warmupNs / 1e9;
    }

    /** Says how far it is, on standard error. */
    void progress(final String line) {
        final PrintWriter err = command.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}
