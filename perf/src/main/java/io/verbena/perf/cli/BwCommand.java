// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import picocli.CommandLine.Command;

/** {@code verbena bw}. */
@Command(
        name = "bw",
        description = {
            "Measures throughput to a server of verbena serve.",
            "MiB/s are those of one direction: of requests or of responses, whichever are longer."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  ./verbena bw tcp://127.0.0.1:9400 --size 64 --window 256",
            "  ./verbena bw tcp://127.0.0.1:9400 --size 64 --response-size 1m --sessions 4 --json"
        })
final class BwCommand extends LoadCommand {
    private static final int SIZE = 64 * 1024;

    @Override
    int defaultSize() {
        return SIZE;
    }

    @Override
    int defaultWindow(final int largerSize, final boolean withRate) {
        return Windows.forThroughput(largerSize);
    }

    @Override
    void print(final Reports reports) {
        reports.heading();
        reports.throughput();
        reports.latencies();
        reports.closing();
    }
}
