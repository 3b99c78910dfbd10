// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A logarithmic axis.
 *
 * @param title what it measures, and in which unit.
 * @param from the value at its beginning, above 0.
 * @param to the value at its end, above {@code from}.
 * @param ticks the values that are marked, in order.
 */
record Axis(String title, double from, double to, List<Tick> ticks) {
    private static final int FEW_DECADES = 2;
    private static final double ALMOST = 1e-9;

    /** A value that is marked. */
    record Tick(double value, String label) {}

    Axis {
        ticks = List.copyOf(ticks);
    }

    /** Where a value lies: 0 at the axis's beginning, 1 at its end. */
    double place(final double value) {
        final double place = Math.log(value / from) / Math.log(to / from);
        return Math.min(1, Math.max(0, place));
    }

    /** Powers of ten, with 2 and 5 between them where there is room, around the values. */
    static Axis decimal(final String title, final double least, final double most) {
        final double from = roundDown(least);
        final double to = Math.max(roundUp(most), roundUp(from * 2));
        final boolean fine = Math.log10(to / from) <= FEW_DECADES;
        final List<Tick> ticks = new ArrayList<>();
        for (double decade = power(from); decade <= to; decade *= 10) {
            for (final int step : fine ? new int[] {1, 2, 5} : new int[] {1}) {
                final double value = step * decade;
                if (value >= from * (1 - ALMOST) && value <= to * (1 + ALMOST)) {
                    ticks.add(new Tick(value, label(value)));
                }
            }
        }
        return new Axis(title, from, to, ticks);
    }

    /**
     * Percentiles, as HdrHistogram's plots have them: each further nine takes as much room as the
     * one before. A percentile p lies at 1 / (1 - p).
     */
    static Axis percentiles(final double most) {
        final List<Tick> ticks = new ArrayList<>();
        ticks.add(new Tick(1, "0%"));
        final double end = Math.max(most, 100);
        String label = "9";
        for (double value = 10; value <= end * (1 + ALMOST); value *= 10) {
            ticks.add(new Tick(value, value == 10 ? "90%" : nines(label)));
            label += "9";
        }
        return new Axis("percentile", 1, end, ticks);
    }

    private static String nines(final String nines) {
        return nines.length() == 2 ? "99%" : "99." + nines.substring(2) + "%";
    }

    private static double power(final double value) {
        return Math.pow(10, Math.floor(Math.log10(value) + ALMOST));
    }

    private static double roundDown(final double value) {
        final double decade = power(value);
        final double leading = value / decade * (1 + ALMOST);
        return decade * (leading >= 5 ? 5 : leading >= 2 ? 2 : 1);
    }

    private static double roundUp(final double value) {
        final double decade = power(value);
        final double leading = value / decade * (1 - ALMOST);
        return decade * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
    }

    /** A value as people write it: 0.05, 20, 5k, 1M. */
    static String label(final double value) {
        if (value >= 1e6) {
            return plain(value / 1e6) + "M";
        }
        return value >= 1e3 ? plain(value / 1e3) + "k" : plain(value);
    }

    private static String plain(final double value) {
        final String text = String.format(Locale.ROOT, "%.6f", value);
        return text.replaceAll("\\.?0+$", "");
    }
}
