// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import picocli.CommandLine.Command;

/** {@code verbena ping}. */
@Command(
        name = "ping",
        description = "Measures the latency of round trips to a server of verbena serve.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  ./verbena ping tcp://127.0.0.1:9400 --size 64 --idle spin --pin 0",
            "  ./verbena ping rdma://192.0.2.1:9400 --idle spin",
            "  ./verbena ping tls://127.0.0.1:9401 --tls-dir certs",
            "  ./verbena ping auto://192.0.2.1:9400 --idle spin",
            "  ./verbena ping tcp://127.0.0.1:9400 --rate 10k --duration 30s --plot latency.svg"
        })
final class PingCommand extends LoadCommand {
    private static final int SIZE = 64;

    @Override
    int defaultSize() {
        return SIZE;
    }

    /** With a rate, requests must be free to overtake a slow one. */
    @Override
    int defaultWindow(final int largerSize, final boolean withRate) {
        return withRate ? Windows.forThroughput(largerSize) : 1;
    }

    @Override
    void print(final Reports reports) {
        reports.heading();
        reports.latencies();
        reports.throughput();
        reports.closing();
    }
}
