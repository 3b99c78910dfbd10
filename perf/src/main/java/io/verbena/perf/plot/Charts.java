// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.plot;

import io.verbena.perf.plot.Chart.Line;
import io.verbena.perf.plot.Chart.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** The charts that there are. */
public final class Charts {
    private static final int POINTS_PER_HALVING = 5;
    private static final double NS_PER_US = 1e3;
    private static final double NOTHING = 1e-3;

    private Charts() {}

    /**
     * Latency by percentile, the tail drawn out as HdrHistogram's plots do it.
     *
     * @param title what it shows.
     * @param histograms latencies in nanoseconds by name, in the order of the legend; none empty.
     * @return the chart.
     */
    public static Chart latency(final String title, final Map<String, Histogram> histograms) {
        final List<Line> lines = new ArrayList<>();
        double count = 1;
        for (final Map.Entry<String, Histogram> entry : histograms.entrySet()) {
            final Histogram histogram = entry.getValue();
            lines.add(new Line(entry.getKey(), percentiles(histogram)));
            count = Math.max(count, histogram.getTotalCount());
        }
        return new Chart(title, Axis.percentiles(count), decimal("microseconds", lines), lines);
    }

    private static List<Point> percentiles(final Histogram histogram) {
        // The last value stands for one in as many as there are; what is beyond nobody measured.
        final double last = histogram.getTotalCount();
        final List<Point> points = new ArrayList<>();
        points.add(new Point(1, atLeastSomething(histogram.getMinValue() / NS_PER_US)));
        for (final HistogramIterationValue value : histogram.percentiles(POINTS_PER_HALVING)) {
            final double beyond = 1 - value.getPercentileLevelIteratedTo() / 100;
            points.add(
                    new Point(
                            beyond * last <= 1 ? last : 1 / beyond,
                            atLeastSomething(value.getValueIteratedTo() / NS_PER_US)));
        }
        return points;
    }

    /**
     * A figure by size.
     *
     * @param title what it shows.
     * @param unit the figure's unit.
     * @param figures figures by size in bytes, by name, in the order of the legend; none empty.
     * @return the chart.
     */
    public static Chart bySize(
            final String title,
            final String unit,
            final Map<String, SortedMap<Integer, Double>> figures) {
        final List<Line> lines = new ArrayList<>();
        final TreeSet<Integer> sizes = new TreeSet<>();
        for (final Map.Entry<String, SortedMap<Integer, Double>> entry : figures.entrySet()) {
            final List<Point> points = new ArrayList<>();
            entry.getValue()
                    .forEach(
                            (size, figure) ->
                                    points.add(
                                            new Point(
                                                    Math.max(1, size), atLeastSomething(figure))));
            lines.add(new Line(entry.getKey(), points));
            sizes.addAll(entry.getValue().keySet());
        }
        return new Chart(title, sizes(sizes), decimal(unit, lines), lines);
    }

    private static Axis sizes(final TreeSet<Integer> sizes) {
        final List<Axis.Tick> ticks =
                sizes.stream()
                        .map(size -> new Axis.Tick(Math.max(1, size), Bytes.say(size)))
                        .toList();
        // A little room at both ends, so that no point lies on the frame.
        final double from = Math.max(1, sizes.first()) / 1.5;
        final double to = Math.max(1, sizes.last()) * 1.5;
        return new Axis("size of a message", from, to, ticks);
    }

    private static Axis decimal(final String title, final List<Line> lines) {
        double least = Double.MAX_VALUE;
        double most = NOTHING;
        for (final Line line : lines) {
            for (final Point point : line.points()) {
                least = Math.min(least, point.y());
                most = Math.max(most, point.y());
            }
        }
        return Axis.decimal(title, Math.min(least, most), most);
    }

    private static double atLeastSomething(final double value) {
        return Math.max(NOTHING, value); // a logarithm needs it
    }
}
