// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.IdlePolicy;
import picocli.CommandLine.Option;

/** What a command's event queues do when there is nothing to do. */
@SuppressWarnings("NullAway.Init")
final class IdleOption {
    @Option(
            names = "--idle",
            paramLabel = "POLICY",
            defaultValue = "adaptive",
            description =
                    "What to do when there is nothing to do: spin (lowest latency, a CPU for each"
                            + " thread), adaptive (the default), block (no CPU).")
    private IdlePolicy policy;

    IdlePolicy policy() {
        return policy;
    }
}
