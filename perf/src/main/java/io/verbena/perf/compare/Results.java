// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** All measurements of a comparison, and their medians. */
final class Results {

    private record Round(int number, Measurement measurement) {
        boolean isOf(final String peer, final Scenario scenario) {
            return measurement.peer().equals(peer) && measurement.figure().equals(scenario.id());
        }
    }

    private final List<Round> all = new ArrayList<>();

    void add(final int round, final Measurement measurement) {
        all.add(new Round(round, measurement));
    }

    /** The measurements of one peer in one scenario, of the rounds that succeeded. */
    List<Measurement> rounds(final String peer, final Scenario scenario) {
        return all.stream()
                .filter(round -> round.isOf(peer, scenario))
                .map(Round::measurement)
                .toList();
    }

    /** The median of the rounds, or NaN if none succeeded. */
    double median(final String peer, final Scenario scenario, final Metric metric) {
        return median(rounds(peer, scenario).stream().mapToDouble(metric::of));
    }

    /**
     * How many times the baseline's: the median of what it is in each round, or NaN if there is no
     * round in which both succeeded. A machine that is slower in some rounds than in others is so
     * for both, which the ratio of two medians would not know.
     */
    double ratio(
            final String peer,
            final String baseline,
            final Scenario scenario,
            final Metric metric) {
        final DoubleStream.Builder ratios = DoubleStream.builder();
        for (final Round round : all) {
            if (round.isOf(peer, scenario)) {
                all.stream()
                        .filter(other -> other.number == round.number)
                        .filter(other -> other.isOf(baseline, scenario))
                        .mapToDouble(other -> metric.of(other.measurement))
                        .forEach(base -> ratios.add(metric.of(round.measurement) / base));
            }
        }
        return median(ratios.build());
    }

    private static double median(final DoubleStream values) {
        final double[] sorted = values.sorted().toArray();
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

    /** One line of JSON, with the median, the ratio to the baseline, and every round. */
    String toJson(final String peer, final Scenario scenario, final String baseline) {
        final double median = median(peer, scenario, scenario.metric());
        final double ratio = ratio(peer, baseline, scenario, scenario.metric());
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
