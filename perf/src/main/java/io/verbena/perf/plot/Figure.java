// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.plot;

import java.util.List;

/** Charts, one below the other, as an SVG file. */
public final class Figure {
    private static final int WIDTH = 760;
    private static final int HEADING = 60;
    private static final int MARGIN = 12;

    /**
     * Colours are set for both grounds, and by class only, as not every viewer knows CSS variables.
     */
    private static final String STYLE =
            """
            <style>
            text { font: 12px system-ui, 'DejaVu Sans', Arial, sans-serif; fill: #24292f }
            .heading { font-size: 17px; font-weight: 600 }
            .title { font-size: 14px; font-weight: 600 }
            .quiet { fill: #57606a }
            .middle { text-anchor: middle }
            .end { text-anchor: end }
            .ground { fill: #ffffff }
            .grid { stroke: #d8dee4; stroke-width: 1 }
            .axis { stroke: #57606a; stroke-width: 1 }
            .line { fill: none; stroke-width: 2; stroke-linejoin: round }
            .c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 }
            .c3 { stroke: #8250df } .c4 { stroke: #cf222e }
            .f0 { fill: #0969da } .f1 { fill: #bc4c00 } .f2 { fill: #1a7f37 }
            .f3 { fill: #8250df } .f4 { fill: #cf222e }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 }
            .quiet { fill: #9198a1 }
            .ground { fill: #0d1117 }
            .grid { stroke: #30363d }
            .axis { stroke: #9198a1 }
            .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 }
            .c3 { stroke: #bc8cff } .c4 { stroke: #ff7b72 }
            .f0 { fill: #58a6ff } .f1 { fill: #f0883e } .f2 { fill: #3fb950 }
            .f3 { fill: #bc8cff } .f4 { fill: #ff7b72 }
            }
            </style>\
            """;

    private Figure() {}

    /**
     * Draws charts.
     *
     * @param heading what they are about.
     * @param detail how they were measured, in one line.
     * @param charts the charts, from above.
     * @return an SVG document.
     */
    public static String svg(final String heading, final String detail, final List<Chart> charts) {
        final int height = HEADING + charts.size() * Chart.HEIGHT + MARGIN;
        final Svg svg = new Svg();
        svg.raw(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\" role=\"img\">"
                        .formatted(WIDTH, height));
        svg.raw("<title>" + Svg.escape(heading) + "</title>").raw(STYLE);
        svg.raw("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>");
        svg.text("heading", 20, 28, heading).text("quiet", 20, 46, detail);
        for (int i = 0; i < charts.size(); i++) {
            charts.get(i).draw(svg, WIDTH, HEADING + i * Chart.HEIGHT);
        }
        return svg.raw("</svg>").toString();
    }
}
