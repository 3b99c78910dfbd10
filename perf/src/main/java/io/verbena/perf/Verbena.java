// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf;

import io.verbena.perf.cli.CommandLines;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The command line {@code verbena}. */
public final class Verbena {
    private Verbena() {}

    /**
     * Runs a command and ends the virtual machine: 0 if it succeeded, 1 if it failed, 2 if it was
     * not understood.
     *
     * @param args the command and its options.
     */
    public static void main(final String[] args) {
        final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        final PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(CommandLines.execute(out, err, args));
    }
}
