// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metrics in Prometheus' text format, version 0.0.4: for each name its samples together, behind
 * what it means and its type.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition
 *     formats</a>
 */
final class Exposition {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Map<String, Family> families = new LinkedHashMap<>();

    /** The samples of one name. */
    static final class Family {
        private final String name;
        private final StringBuilder text = new StringBuilder();

        private Family(final String name, final String type, final String help) {
            this.name = name;
            text.append("# HELP ").append(name).append(' ').append(help).append('\n');
            text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        }

        /**
         * Adds a sample.
         *
         * @param value the number.
         * @param labels names and values in turn.
         */
        Family add(final long value, final String... labels) {
            return add("", Long.toString(value), labels);
        }

        /** Adds a sample of a name that ends in another way, as a histogram's do. */
        Family add(final String suffix, final String value, final String... labels) {
            text.append(name).append(suffix);
            char before = '{';
            for (int i = 0; i < labels.length; i += 2) {
                text.append(before).append(labels[i]).append("=\"");
                escape(labels[i + 1]);
                text.append('"');
                before = ',';
            }
            if (labels.length > 0) {
                text.append('}');
            }
            text.append(' ').append(value).append('\n');
            return this;
        }

        private void escape(final String value) {
            for (int i = 0; i < value.length(); i++) {
                final char each = value.charAt(i);
                switch (each) {
                    case '\\' -> text.append("\\\\");
                    case '"' -> text.append("\\\"");
                    case '\n' -> text.append("\\n");
                    default -> text.append(each);
                }
            }
        }
    }

    /** Something that only grows. */
    Family counter(final String name, final String help) {
        return family(name, "counter", help);
    }

    /** Something that goes up and down. */
    Family gauge(final String name, final String help) {
        return family(name, "gauge", help);
    }

    /** How many were up to which value. */
    Family histogram(final String name, final String help) {
        return family(name, "histogram", help);
    }

    private Family family(final String name, final String type, final String help) {
        return families.computeIfAbsent(name, absent -> new Family(absent, type, help));
    }

    @Override
    public String toString() {
        final StringBuilder all = new StringBuilder();
        families.values().forEach(family -> all.append(family.text));
        return all.toString();
    }
}
