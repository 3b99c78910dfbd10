// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.verbena.perf.bridge.BridgeComparison.Plan;
import io.verbena.perf.bridge.BridgeComparison.Result;
import io.verbena.perf.bridge.BridgeComparison.Way;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BridgeComparisonTest {
    @Test
    void eachWayIsMeasuredInEachRound() throws Exception {
        assumeTrue(hasSocat(), "there is no socat: bridges are NOT compared with it here");
        final Result result =
                new BridgeComparison(new Plan(64, 3, 100, 100, "tls"), progress -> {}).run();
        assertThat(result.rows())
                .extracting(BridgeComparison.Row::way)
                .containsExactly(Way.values());
        for (final BridgeComparison.Row row : result.rows()) {
            assertThat(row.p50Us()).hasSize(3).isSorted().allMatch(us -> us > 0);
            assertThat(row.meanUs()).hasSize(3).isSorted().allMatch(us -> us > 0);
        }
        assertThat(result.addedUs(Way.DIRECT)).isZero();
    }

    private static boolean hasSocat() {
        return Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "socat")));
    }
}
