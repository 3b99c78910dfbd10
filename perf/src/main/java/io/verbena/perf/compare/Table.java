// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results for people: a row a figure, a column a peer, each with its ratio to the baseline. */
final class Table {

    private static final String GAP = "  ";

    private final Results results;
    private final List<String> peers;
    private final String baseline;
    private final List<List<String>> rows = new ArrayList<>();

    Table(final Results results, final List<String> peers, final String baseline) {
        this.results = results;
        this.peers = peers;
        this.baseline = baseline;
        final List<String> head = new ArrayList<>(List.of("figure", "unit"));
        head.addAll(peers);
        rows.add(head);
    }

    void add(final Scenario scenario) {
        add(scenario, scenario.metric());
        if (scenario.metric() == Metric.P50_US) {
            add(scenario, Metric.P99_US);
            add(scenario, Metric.P999_US);
        }
    }

    private void add(final Scenario scenario, final Metric metric) {
        final List<String> row = new ArrayList<>(List.of(scenario.id(), metric.unit()));
        for (final String peer : peers) {
            row.add(cell(peer, scenario, metric));
        }
        rows.add(row);
    }

    private String cell(final String peer, final Scenario scenario, final Metric metric) {
        final double median = results.median(peer, scenario, metric);
        if (Double.isNaN(median)) {
            return "failed";
        }
        final double ratio = results.ratio(peer, baseline, scenario, metric);
        final String mark = results.isDoubtful(peer, scenario) ? "*" : " ";
        final String times =
                Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, " %5.2fx", ratio);
        return metric.format(median) + times + mark;
    }

    @Override
    public String toString() {
        final var text = new StringBuilder();
        for (final List<String> row : rows) {
            final var line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                final String cell = row.get(column);
                final String padding = " ".repeat(width(column) - cell.length());
                // Names to the left, numbers to the right.
                line.append(column < 2 ? cell + padding : padding + cell).append(GAP);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.append("Medians of the rounds' figures, and of their ratios to ")
                .append(baseline)
                .append("'s; * others used the CPUs too in half of the rounds or more\n")
                .toString();
    }

    private int width(final int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
