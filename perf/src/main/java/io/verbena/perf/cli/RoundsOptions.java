// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How often a comparison measures everything in turn, and how far it is. */
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

    /** The number of rounds, 1 or more. */
    int rounds() {
        if (rounds < 1) {
            throw new CommandException("--rounds is at least 1", null);
        }
        return rounds;
    }

    /** Says how far it is, on standard error. */
    void progress(final String line) {
        final PrintWriter err = command.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}
