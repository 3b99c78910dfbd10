// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.stream.StreamStatistics.OfType;
import org.junit.jupiter.api.Test;

/** What streams count, each by itself, and what is told of all of them. */
class StreamStatisticsTest {
    private static final int TYPE = 7;

    private final StreamStatistics statistics = new StreamStatistics();

    @Test
    void tellsTheSumOfWhatAllStreamsCount() {
        final StreamCounter one = statistics.take();
        final StreamCounter other = statistics.take();
        one.sent(TYPE, 100);
        one.answered(TYPE, 1000);
        other.sent(TYPE, 20);
        other.received(TYPE, 3);
        final OfType counts = statistics.of(TYPE);
        assertThat(counts.sent()).isEqualTo(2);
        assertThat(counts.sentBytes()).isEqualTo(120);
        assertThat(counts.received()).isEqualTo(1);
        assertThat(counts.receivedBytes()).isEqualTo(3);
        assertThat(counts.latency().count()).isEqualTo(1);
        assertThat(counts.latency().totalNs()).isEqualTo(1000);
        assertThat(counts.latency().percentileNs(50)).isEqualTo(1023);
    }

    @Test
    void forgetsNothingOfAStreamThatHasBecomeIdle() {
        final StreamCounter counter = statistics.take();
        counter.sent(TYPE, 1);
        statistics.give(counter);
        assertThat(statistics.of(TYPE).sent()).isEqualTo(1);
        final StreamCounter next = statistics.take();
        next.sent(TYPE, 1);
        assertThat(statistics.of(TYPE).sent()).isEqualTo(2);
    }

    @Test
    void keepsAsManyCountersAsThereWereBusyStreamsAtATime() {
        final StreamCounter first = statistics.take();
        statistics.give(first);
        assertThat(statistics.take()).isSameAs(first);
        assertThat(statistics.take()).isNotSameAs(first);
    }

    @Test
    void keepsWhatWasCountedWhenTheFirstAnswerComes() {
        final StreamCounter counter = statistics.take();
        counter.sent(TYPE, 5);
        counter.sent(TYPE, 5);
        counter.answered(TYPE, 0);
        assertThat(statistics.of(TYPE).sentBytes()).isEqualTo(10);
        assertThat(statistics.of(TYPE).latency().countBelow(0)).isEqualTo(1);
    }

    @Test
    void tellsTypesApartUpToALimit() {
        final StreamCounter counter = statistics.take();
        counter.received(0, 1);
        counter.received(StreamStatistics.MAX_TYPES - 1, 1);
        counter.received(StreamStatistics.MAX_TYPES, 1);
        counter.received(65535, 1);
        assertThat(statistics.types())
                .containsExactly(0, StreamStatistics.MAX_TYPES - 1, StreamStatistics.OTHER_TYPES);
        assertThat(statistics.of(StreamStatistics.OTHER_TYPES).received()).isEqualTo(2);
        assertThat(statistics.total().received()).isEqualTo(4);
        assertThat(statistics.of(-1).received()).isZero();
        assertThat(statistics.of(65535).received()).isZero();
    }
}
