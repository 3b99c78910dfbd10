// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.plot;

import java.util.Locale;

/** Writes the elements of an SVG document. */
final class Svg {
    private final StringBuilder text = new StringBuilder(16 * 1024);

    /** Appends markup as it is. */
    Svg raw(final String markup) {
        text.append(markup).append('\n');
        return this;
    }

    Svg line(
            final String cssClass,
            final double x1,
            final double y1,
            final double x2,
            final double y2) {
        return raw(
                "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>"
                        .formatted(cssClass, number(x1), number(y1), number(x2), number(y2)));
    }

    /** Text on one line; the class sets where it is anchored. */
    Svg text(final String cssClass, final double x, final double y, final String content) {
        return raw(
                "<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>"
                        .formatted(cssClass, number(x), number(y), escape(content)));
    }

    /** Text that reads from below. */
    Svg upright(final String cssClass, final double x, final double y, final String content) {
        return raw(
                "<text class=\"%s\" transform=\"translate(%s %s) rotate(-90)\">%s</text>"
                        .formatted(cssClass, number(x), number(y), escape(content)));
    }

    Svg circle(final String cssClass, final double x, final double y, final double radius) {
        return raw(
                "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>"
                        .formatted(cssClass, number(x), number(y), number(radius)));
    }

    /** A line through points: x0, y0, x1, y1, … */
    Svg polyline(final String cssClass, final double[] points) {
        final StringBuilder list = new StringBuilder();
        for (int i = 0; i < points.length; i += 2) {
            list.append(i == 0 ? "" : " ")
                    .append(number(points[i]))
                    .append(',')
                    .append(number(points[i + 1]));
        }
        return raw("<polyline class=\"%s\" points=\"%s\"/>".formatted(cssClass, list));
    }

    private static String number(final double value) {
        final String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    static String escape(final String content) {
        return content.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
