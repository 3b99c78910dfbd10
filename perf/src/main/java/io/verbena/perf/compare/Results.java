// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** All measurements of a comparison, and their medians. */
final class Results {

    private final List<Measurement> measurements = new ArrayList<>();

    void add(final Measurement measurement) {
        measurements.add(measurement);
    }

    /** The measurements of one peer in one scenario, a round each. */
    List<Measurement> rounds(final String peer, final Scenario scenario) {
        return measurements.stream()
                .filter(m -> m.peer().equals(peer) && m.figure().equals(scenario.id()))
                .toList();
    }

    /** The median of the rounds, or NaN if none succeeded. */
    double median(final String peer, final Scenario scenario, final Metric metric) {
        final double[] sorted = rounds(peer, scenario).stream().mapToDouble(metric::of).toArray();
        Arrays.sort(sorted);
        final int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Whether so many rounds were disturbed that the median is one of theirs, or may be. */
    boolean isDoubtful(final String peer, final Scenario scenario) {
        final List<Measurement> rounds = rounds(peer, scenario);
        final long disturbed = rounds.stream().filter(Measurement::isDisturbed).count();
        return 2 * disturbed >= rounds.size();
    }

    /** One line of JSON, with the median, its ratio to the baseline's, and every round. */
    String toJson(final String peer, final Scenario scenario, final String baseline) {
        final double median = median(peer, scenario, scenario.metric());
        final double ratio = median / median(baseline, scenario, scenario.metric());
        return ("{\"figure\":\"%s\",\"peer\":\"%s\",\"unit\":\"%s\",\"median\":%s,"
                        + "\"baseline\":\"%s\",\"ratio\":%s,\"rounds\":[%s]}")
                .formatted(
                        scenario.id(),
                        peer,
                        scenario.metric().unit(),
                        json(median),
                        baseline,
                        json(ratio),
                        rounds(peer, scenario).stream()
                                .map(Measurement::toJson)
                                .collect(Collectors.joining(",")));
    }

    /** JSON has no NaN. */
    private static String json(final double number) {
        return Double.isFinite(number) ? Double.toString(number) : "null";
    }
}
