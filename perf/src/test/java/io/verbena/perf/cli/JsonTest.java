// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void mapsKeepTheirOrder() {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", List.of(true, 2L));
        map.put("c", null);

        assertThat(Json.of(map)).isEqualTo("{\"b\":1,\"a\":[true,2],\"c\":null}");
    }

    @Test
    void textsAreEscaped() {
        assertThat(Json.of("a\"b\\c\nd\u0001")).isEqualTo("\"a\\\"b\\\\c\\u000ad\\u0001\"");
    }

    @Test
    void numbersHaveAPointInEveryLanguageAndJsonHasNoInfinity() {
        assertThat(Json.of(List.of(1234.5, Double.NaN, Double.POSITIVE_INFINITY)))
                .isEqualTo("[1234.500,null,null]");
    }
}
