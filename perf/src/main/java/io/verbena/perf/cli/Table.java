// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import java.io.PrintWriter;

/** Rows of a table, each printed as soon as it is known, so that it shows how far things are. */
final class Table {
    private static final String GAP = "  ";

    private final PrintWriter out;
    private final int[] widths;
    private final int textColumns;

    /**
     * Makes one.
     *
     * @param out where to.
     * @param textColumns the number of columns, from the left, that are aligned left; the others
     *     are right.
     * @param widths the columns' widths.
     */
    Table(final PrintWriter out, final int textColumns, final int... widths) {
        this.out = out;
        this.textColumns = textColumns;
        this.widths = widths.clone();
    }

    void row(final String... cells) {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            final String space = " ".repeat(Math.max(0, widths[i] - cells[i].length()));
            line.append(i == 0 ? "" : GAP)
                    .append(i < textColumns ? cells[i] + space : space + cells[i]);
        }
        out.println(line.toString().stripTrailing());
        out.flush();
    }
}
