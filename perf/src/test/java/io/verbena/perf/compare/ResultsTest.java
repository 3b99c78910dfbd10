// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a comparison has measured")
class ResultsTest {
    private static final Scenario FIGURE = Scenario.named("many1000");

    private final Results results = new Results();

    @Test
    void isRelatedRoundByRoundSoThatASlowMachineIsSlowForBoth() {
        measured(1, "base", 100);
        measured(1, "other", 60);
        measured(2, "other", 48);
        measured(2, "base", 40);
        measured(3, "base", 90);
        measured(3, "other", 108);

        assertThat(ratio("other")).isEqualTo(1.2, within(1e-9));
        assertThat(results.median("other", FIGURE, FIGURE.metric())).isEqualTo(60);
        assertThat(ratio("base")).isEqualTo(1);
    }

    @Test
    void isNotRelatedToARoundThatFailed() {
        measured(1, "other", 60);
        measured(2, "base", 50);
        assertThat(ratio("other")).isNaN();
        assertThat(results.toJson("other", FIGURE, "base")).contains("\"ratio\":null");

        measured(2, "other", 100);
        measured(3, "other", 10);

        assertThat(ratio("other")).isEqualTo(2);
    }

    private double ratio(final String peer) {
        return results.ratio(peer, "base", FIGURE, FIGURE.metric());
    }

    private void measured(final int round, final String peer, final double txPerS) {
        results.add(round, new Measurement(peer, FIGURE.id(), 0, 0, 0, 0, 0, txPerS, 0, 1, 0));
    }
}
