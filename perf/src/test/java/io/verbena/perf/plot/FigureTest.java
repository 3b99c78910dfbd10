// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class FigureTest {
    @Test
    void aFigureIsWellFormedAndStandsOnItsOwn() throws Exception {
        final String svg =
                Figure.svg(
                        "a & b < c \"d\"",
                        "detail",
                        List.of(
                                Charts.latency("latency", Map.of("t & u", histogram(1000))),
                                Charts.bySize(
                                        "throughput",
                                        "MiB/s",
                                        Map.of(
                                                "tcp",
                                                new TreeMap<>(Map.of(64, 1.5, 4096, 80.0))))));

        final Document document = parse(svg);
        assertThat(document.getDocumentElement().getLocalName()).isEqualTo("svg");
        assertThat(texts(document)).contains("a & b < c \"d\"", "t & u", "64 B", "4 KiB", "90%");
        assertThat(svg).doesNotContain("href").contains("prefers-color-scheme: dark");
    }

    @Test
    void everyPointLiesWithinTheFrame() throws Exception {
        final Map<String, Histogram> histograms = new LinkedHashMap<>();
        histograms.put("few", histogram(3));
        histograms.put("many", histogram(100_000));
        final Document document =
                parse(Figure.svg("x", "y", List.of(Charts.latency("z", histograms))));

        final NodeList lines = document.getElementsByTagName("polyline");
        assertThat(lines.getLength()).isEqualTo(2);
        for (int i = 0; i < lines.getLength(); i++) {
            final String points = ((Element) lines.item(i)).getAttribute("points");
            assertThat(points).isNotEmpty();
            for (final String point : points.split(" ", -1)) {
                final String[] xy = point.split(",", -1);
                assertThat(Double.parseDouble(xy[0])).isBetween(78.0, 736.0);
                assertThat(Double.parseDouble(xy[1])).isBetween(118.0, 388.0);
            }
        }
    }

    @Test
    void aSingleValueAndZeroCanBeDrawnToo() throws Exception {
        final Histogram one = new Histogram(3);
        one.recordValue(0);

        parse(
                Figure.svg(
                        "x",
                        "y",
                        List.of(
                                Charts.latency("z", Map.of("one", one)),
                                Charts.bySize(
                                        "s", "u", Map.of("a", new TreeMap<>(Map.of(0, 0.0)))))));
    }

    @Test
    void eachFurtherNineTakesAsMuchRoom() {
        final Axis axis = Axis.percentiles(10_000);

        assertThat(axis.ticks())
                .extracting(Axis.Tick::label)
                .containsExactly("0%", "90%", "99%", "99.9%", "99.99%");
        for (int i = 0; i < axis.ticks().size(); i++) {
            assertThat(axis.place(axis.ticks().get(i).value())).isCloseTo(i / 4.0, within(1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"0.002,0.004", "1,1", "3,7", "9.5,412", "1,1000000", "99,101", "0.001,123456789"})
    void aDecimalAxisCoversItsValuesAndMarksSome(final double least, final double most) {
        final Axis axis = Axis.decimal("us", least, most);

        assertThat(axis.from()).isLessThanOrEqualTo(least).isPositive();
        assertThat(axis.to()).isGreaterThanOrEqualTo(most).isGreaterThan(axis.from());
        assertThat(axis.ticks()).hasSizeBetween(1, 14);
    }

    @ParameterizedTest
    @CsvSource({"0.05,0.05", "1,1", "20,20", "1000,1k", "5000,5k", "2000000,2M", "0.001,0.001"})
    void valuesAreWrittenAsPeopleDo(final double value, final String label) {
        assertThat(Axis.label(value)).isEqualTo(label);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "64,64 B", "1000,1000 B", "4096,4 KiB", "1048576,1 MiB", "1536,1536 B"})
    void sizesAreWrittenAsPeopleDo(final long bytes, final String text) {
        assertThat(Bytes.say(bytes)).isEqualTo(text);
    }

    private static Histogram histogram(final int count) {
        final Histogram histogram = new Histogram(3);
        for (int i = 1; i <= count; i++) {
            histogram.recordValue(9_000L + i);
        }
        return histogram;
    }

    private static Document parse(final String xml) throws Exception {
        final DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    private static List<String> texts(final Document document) {
        final List<String> texts = new ArrayList<>();
        final NodeList nodes = document.getElementsByTagName("text");
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }
}
