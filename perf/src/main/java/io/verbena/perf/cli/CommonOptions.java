// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    private boolean verbose;

    /** A command with these options. */
    interface Holder {
        CommonOptions common();
    }

    @Option(names = "--verbose", description = "Log what happens, and where failures come from.")
    void verbose(final boolean value) {
        verbose = value;
        if (value) {
            System.setProperty(LOG_LEVEL, "debug"); // read when the first logger is made
        }
    }

    boolean json() {
        return json;
    }

    boolean verbose() {
        return verbose;
    }
}
