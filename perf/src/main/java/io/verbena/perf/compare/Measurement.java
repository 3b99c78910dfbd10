// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one run of one scenario over one peer gave. Latencies are zero if the workload isn't timed.
 *
 * @param disturbed the share of the machine's CPU time, 0 to 1, that others took meanwhile: other
 *     processes and the hypervisor's other guests
 */
public record Measurement(
        String peer,
        String figure,
        double p50Us,
        double p90Us,
        double p99Us,
        double p999Us,
        double maxUs,
        double txPerS,
        double mibPerS,
        double seconds,
        double disturbed) {

    /** More disturbance than this, and the run says as much of the neighbours as of the peer. */
    static final double DISTURBED = 0.05;

    private static final Pattern FIELD =
            Pattern.compile("\"(\\w+)\":(?:\"([^\"]*)\"|([-+.\\dE]+))");

    boolean isDisturbed() {
        return disturbed > DISTURBED;
    }

    /** As one line of JSON. */
    public String toJson() {
        return String.format(
                Locale.ROOT,
                "{\"peer\":\"%s\",\"figure\":\"%s\",\"p50Us\":%.3f,\"p90Us\":%.3f,\"p99Us\":%.3f,"
                        + "\"p999Us\":%.3f,\"maxUs\":%.3f,\"txPerS\":%.1f,\"mibPerS\":%.1f,"
                        + "\"seconds\":%.2f,\"disturbed\":%.3f}",
                peer,
                figure,
                p50Us,
                p90Us,
                p99Us,
                p999Us,
                maxUs,
                txPerS,
                mibPerS,
                seconds,
                disturbed);
    }

    /** The inverse of {@link #toJson}, and no more of JSON than that. */
    public static Measurement fromJson(final String line) {
        final Map<String, String> fields = new HashMap<>();
        final Matcher matcher = FIELD.matcher(line);
        while (matcher.find()) {
            final String text = matcher.group(2);
            fields.put(matcher.group(1), text != null ? text : matcher.group(3));
        }
        return new Measurement(
                text(fields, "peer"),
                text(fields, "figure"),
                number(fields, "p50Us"),
                number(fields, "p90Us"),
                number(fields, "p99Us"),
                number(fields, "p999Us"),
                number(fields, "maxUs"),
                number(fields, "txPerS"),
                number(fields, "mibPerS"),
                number(fields, "seconds"),
                number(fields, "disturbed"));
    }

    private static String text(final Map<String, String> fields, final String name) {
        final String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a measurement without " + name + ": " + fields);
        }
        return value;
    }

    private static double number(final Map<String, String> fields, final String name) {
        return Double.parseDouble(text(fields, name));
    }
}
