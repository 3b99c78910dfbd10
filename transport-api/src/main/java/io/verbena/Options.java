// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** Checks of options, with messages that say what would be right. */
final class Options {
    private Options() {}

    static void positive(final String name, final long value) {
        atLeast(name, value, 1);
    }

    static void atLeast(final String name, final long value, final long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "%s must be at least %d, is %d".formatted(name, least, value));
        }
    }

    static void range(final String name, final long value, final long least, final long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be from %d to %d, is %d".formatted(name, least, most, value));
        }
    }
}
