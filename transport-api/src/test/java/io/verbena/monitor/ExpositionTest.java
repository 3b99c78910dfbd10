// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExpositionTest {
    @Test
    void theSamplesOfANameStandTogetherBehindWhatItMeans() {
        final Exposition exposition = new Exposition();
        exposition.counter("a_total", "As.").add(1, "where", "here");
        exposition.gauge("b", "Bs.").add(7);
        exposition.counter("a_total", "As.").add(2, "where", "there", "how", "well");
        assertThat(exposition)
                .hasToString(
                        """
                        # HELP a_total As.
                        # TYPE a_total counter
                        a_total{where="here"} 1
                        a_total{where="there",how="well"} 2
                        # HELP b Bs.
                        # TYPE b gauge
                        b 7
                        """);
    }

    @Test
    void whatALabelCannotHaveIsEscaped() {
        final Exposition exposition = new Exposition();
        exposition.gauge("a", "As.").add(1, "label", "\"back\\slash\"\nline");
        assertThat(exposition.toString()).contains("a{label=\"\\\"back\\\\slash\\\"\\nline\"} 1\n");
    }
}
