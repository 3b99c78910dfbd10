// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.verbena.perf.stream.StreamComparison.Plan;
import io.verbena.perf.stream.StreamComparison.Result;
import io.verbena.perf.stream.StreamComparison.Results;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A comparison of streams")
@Timeout(120)
class StreamComparisonTest {
    private static final int THREADS = 2;
    private static final int PROCESSES = 2;
    private static final int ROUNDS = 2;
    private static final int CONVERSATIONS = 3;

    private static StreamComparison comparison(final String uri, final List<String> told) {
        final int idle = 5;
        return new StreamComparison(
                new Plan(URI.create(uri), THREADS, PROCESSES, ROUNDS, 0, CONVERSATIONS, idle),
                told::add);
    }

    @Test
    void measuresEachKindInEachTurn() throws Exception {
        final List<String> told = new ArrayList<>();

        final Results results = comparison("tcp://127.0.0.1:0", told).run();

        assertThat(told).containsExactly("warms up", "round 1 of 2", "round 2 of 2");
        for (final Kind kind : Kind.values()) {
            final Result result = results.of(kind);
            // A turn is one conversation of each client here.
            assertThat(result.wallUs()).hasSize(ROUNDS * CONVERSATIONS).allMatch(us -> us > 0);
            assertThat(result.cpuUs()).hasSize(ROUNDS * CONVERSATIONS).allMatch(us -> us >= 0);
            assertThat(result.threads()).isGreaterThanOrEqualTo(2 * THREADS);
        }
    }

    @Test
    void takesTheMeanOfAllProcessesInATurn() {
        final StreamComparison.Samples samples = new StreamComparison.Samples();
        samples.add(List.of(List.of("1000", "4000", "5"), List.of("3000", "8000", "7")));
        samples.add(List.of(List.of("5000", "6000", "6"), List.of("5000", "7000", "6")));

        final Result result = samples.result();

        assertThat(result.cpuUs()).containsExactly(2.0, 5.0);
        assertThat(result.wallUs()).containsExactly(6.0, 6.5);
        assertThat(result.threads()).isEqualTo(7);
    }

    @Test
    void saysWhichProcessFailedAndWhy() {
        assertThatIOException()
                .isThrownBy(() -> comparison("carrier-pigeon://coop:1", new ArrayList<>()).run())
                .withMessageContaining("process 1 of STREAMS failed")
                .withMessageContaining("carrier-pigeon");
    }
}
