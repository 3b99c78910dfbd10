// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.util.Locale;

/** Figures as people read them. */
final class Say {
    private static final double NS_PER_S = 1e9;

    private Say() {}

    /** Microseconds, with as many places as mean something. */
    static String us(final double us) {
        return String.format(Locale.ROOT, us < 1000 ? "%,.1f" : "%,.0f", us);
    }

    static String perSecond(final double value) {
        return String.format(Locale.ROOT, value < 100 ? "%,.1f" : "%,.0f", value);
    }

    static String count(final long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String seconds(final long ns) {
        return String.format(Locale.ROOT, "%.2f s", ns / NS_PER_S);
    }

    static String plural(final long count, final String thing) {
        return count(count) + " " + thing + (count == 1 ? "" : "s");
    }
}
