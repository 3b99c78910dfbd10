// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** This process's limits, as Linux tells them. */
final class Limits {
    private static final Path FILE = Path.of("/proc/self/limits");
    private static final String GAP = " {2,}";

    private Limits() {}

    /**
     * The limit in force: a number, {@code unlimited}, or {@code unknown} where there is no such
     * file.
     */
    static Object soft(final String name) {
        try {
            return soft(name, Files.readAllLines(FILE));
        } catch (final IOException e) {
            return "unknown";
        }
    }

    static Object soft(final String name, final List<String> lines) {
        for (final String line : lines) {
            final List<String> columns = List.of(line.split(GAP, -1));
            if (columns.size() > 1 && columns.get(0).equals(name)) {
                final String value = columns.get(1);
                return value.chars().allMatch(Character::isDigit)
                        ? (Object) Long.valueOf(value)
                        : value;
            }
        }
        return "unknown";
    }
}
