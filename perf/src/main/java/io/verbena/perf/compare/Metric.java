// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A number of a measurement that peers can be compared by. */
public enum Metric {
    P50_US("p50 µs", "%.2f", Measurement::p50Us),
    P99_US("p99 µs", "%.2f", Measurement::p99Us),
    P999_US("p99.9 µs", "%.2f", Measurement::p999Us),
    TX_PER_S("tx/s", "%,.0f", Measurement::txPerS),
    MIB_PER_S("MiB/s", "%,.0f", Measurement::mibPerS);

    private final String unit;
    private final String format;
    private final ToDoubleFunction<Measurement> number;

    Metric(final String unit, final String format, final ToDoubleFunction<Measurement> number) {
        this.unit = unit;
        this.format = format;
        this.number = number;
    }

    public String unit() {
        return unit;
    }

    public double of(final Measurement measurement) {
        return number.applyAsDouble(measurement);
    }

    public String format(final double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
