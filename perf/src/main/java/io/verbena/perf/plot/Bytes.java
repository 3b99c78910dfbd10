// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.plot;

/** Sizes as people write them. */
public final class Bytes {
    private static final int UNIT = 1024;
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

    private Bytes() {}

    /**
     * Writes a size in the largest unit of which it is a multiple.
     *
     * @param bytes the size.
     * @return for example {@code 64 B} or {@code 4 KiB}.
     */
    public static String say(final long bytes) {
        long value = bytes;
        int unit = 0;
        while (value != 0 && value % UNIT == 0 && unit < UNITS.length - 1) {
            value /= UNIT;
            unit++;
        }
        return value + " " + UNITS[unit];
    }
}
