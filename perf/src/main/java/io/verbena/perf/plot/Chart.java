// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.plot;

import java.util.List;

/**
 * Lines over two axes.
 *
 * @param title what it shows.
 * @param x the axis below.
 * @param y the axis on the left.
 * @param lines the lines, in the order of their legend.
 */
public record Chart(String title, Axis x, Axis y, List<Line> lines) {
    static final int HEIGHT = 380;
    static final int COLOURS = 5;

    private static final int LEFT = 78;
    private static final int RIGHT = 24;
    private static final int TOP = 58;
    private static final int BOTTOM = 52;
    private static final int MAX_DOTS = 12;
    private static final double DOT_RADIUS = 3.2;
    private static final double LETTER = 7;
    private static final double SWATCH = 18;

    /**
     * A line of a chart.
     *
     * @param name its name in the legend.
     * @param points its points, from left to right.
     */
    record Line(String name, List<Point> points) {
        Line {
            points = List.copyOf(points);
        }
    }

    /** A point, in the units of the axes. */
    record Point(double x, double y) {}

    /** Keeps the lines from being changed. */
    public Chart {
        lines = List.copyOf(lines);
    }

    /** Draws the chart, as wide as told, below a height. */
    void draw(final Svg svg, final int width, final int above) {
        final double right = width - RIGHT;
        final double top = above + TOP;
        final double bottom = above + HEIGHT - BOTTOM;
        svg.text("title", LEFT, above + 20, title);
        drawLegend(svg, above + 42);
        for (final Axis.Tick tick : x.ticks()) {
            final double at = LEFT + x.place(tick.value()) * (right - LEFT);
            svg.line("grid", at, top, at, bottom).text("middle", at, bottom + 18, tick.label());
        }
        for (final Axis.Tick tick : y.ticks()) {
            final double at = bottom - y.place(tick.value()) * (bottom - top);
            svg.line("grid", LEFT, at, right, at).text("end", LEFT - 8, at + 4, tick.label());
        }
        svg.line("axis", LEFT, bottom, right, bottom).line("axis", LEFT, top, LEFT, bottom);
        svg.text("middle", (LEFT + right) / 2, bottom + 40, x.title());
        svg.upright("middle", 20, (top + bottom) / 2, y.title());
        for (int i = 0; i < lines.size(); i++) {
            drawLine(svg, lines.get(i), i % COLOURS, right, top, bottom);
        }
    }

    private void drawLegend(final Svg svg, final double at) {
        double left = LEFT;
        for (int i = 0; i < lines.size(); i++) {
            final String name = lines.get(i).name();
            svg.line("line c" + i % COLOURS, left, at - 4, left + SWATCH, at - 4);
            svg.text("start", left + SWATCH + 6, at, name);
            left += SWATCH + 24 + LETTER * name.length();
        }
    }

    private void drawLine(
            final Svg svg,
            final Line line,
            final int colour,
            final double right,
            final double top,
            final double bottom) {
        final double[] places = new double[2 * line.points().size()];
        for (int i = 0; i < line.points().size(); i++) {
            final Point point = line.points().get(i);
            places[2 * i] = LEFT + x.place(point.x()) * (right - LEFT);
            places[2 * i + 1] = bottom - y.place(point.y()) * (bottom - top);
        }
        svg.polyline("line c" + colour, places);
        if (line.points().size() <= MAX_DOTS) {
            for (int i = 0; i < places.length; i += 2) {
                svg.circle("dot f" + colour, places[i], places[i + 1], DOT_RADIUS);
            }
        }
    }
}
