// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final List<String> LINES =
            List.of(
                    "Limit                     Soft Limit           Hard Limit           Units    "
                            + " ",
                    "Max locked memory         unlimited            unlimited            bytes    "
                            + " ",
                    "Max open files            20000                20001                files   "
                            + "  ");

    @Test
    void theLimitInForceIsTheSoftOne() {
        assertThat(Limits.soft("Max open files", LINES)).isEqualTo(20000L);
        assertThat(Limits.soft("Max locked memory", LINES)).isEqualTo("unlimited");
        assertThat(Limits.soft("Max fun", LINES)).isEqualTo("unknown");
    }
}
