// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import picocli.CommandLine;

/** {@link CompareCommand} by itself, for those who have no {@code verbena} command yet. */
public final class Compare {

    private Compare() {}

    public static void main(final String[] args) {
        System.exit(
                new CommandLine(new CompareCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(args));
    }
}
