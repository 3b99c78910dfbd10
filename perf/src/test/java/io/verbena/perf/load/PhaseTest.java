// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import org.junit.jupiter.api.Test;

class PhaseTest {
    private static final long START = 1_000;
    private static final long SECOND = 1_000_000_000;
    private static final URI ANYWHERE = URI.create("tcp://127.0.0.1:1");

    @Test
    void withoutARateTheNextRequestIsDueAtOnceAndItsLatencyCountsFromThen() {
        final Phase phase = Phase.measured(plan().durationNs(SECOND).build(), START);

        assertThat(phase.next(START + 5)).isEqualTo(START + 5);
        assertThat(phase.waitNs(START + 5)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aDurationEndsThePhaseOnceAllIsAnswered() {
        final Phase phase = Phase.measured(plan().durationNs(SECOND).build(), START);
        phase.onSent(START);
        final long end = START + SECOND;

        assertThat(phase.next(end)).isEqualTo(Phase.NOT_DUE);
        assertThat(phase.isOver(end)).isTrue();
        assertThat(phase.isDone(end)).isFalse();
        phase.onAnswered(SECOND, end + 1);
        assertThat(phase.isDone(end + 1)).isTrue();
        assertThat(phase.elapsedNs()).isEqualTo(SECOND + 1);
    }

    @Test
    void aCountEndsThePhaseHoweverLongItTakes() {
        final Phase phase = Phase.measured(plan().count(2).build(), START);
        final long late = START + 1000 * SECOND;

        assertThat(phase.next(late)).isNotEqualTo(Phase.NOT_DUE);
        phase.onSent(late);
        phase.onSent(late);
        assertThat(phase.next(late)).isEqualTo(Phase.NOT_DUE);
        phase.onAnswered(1, late);
        phase.onFailed(late);
        assertThat(phase.isDone(late)).isTrue();
        assertThat(phase.answered()).isEqualTo(1);
        assertThat(phase.failed()).isEqualTo(1);
    }

    @Test
    void withARateEachRequestIsDueAtItsTime() {
        final Phase phase = Phase.measured(plan().rate(1000).durationNs(SECOND).build(), START);
        phase.onSent(START);

        assertThat(phase.next(START + 999_999)).isEqualTo(Phase.NOT_DUE);
        assertThat(phase.waitNs(START + 400_000)).isEqualTo(600_000);
        assertThat(phase.next(START + 1_000_000)).isEqualTo(START + 1_000_000);
    }

    @Test
    void aRequestThatIsSentLateCountsFromTheTimeAtWhichItWasDue() {
        final Phase phase = Phase.measured(plan().rate(1000).durationNs(SECOND).build(), START);
        phase.onSent(START);

        assertThat(phase.next(START + 500_000_000)).isEqualTo(START + 1_000_000);
        assertThat(phase.waitNs(START + 500_000_000)).isZero();
    }

    @Test
    void withARateWhatWasDueInTheTimeIsSentAfterItToo() {
        final Phase phase = Phase.measured(plan().rate(10).durationNs(SECOND).build(), START);
        for (int i = 0; i < 9; i++) {
            phase.onSent(START);
        }

        assertThat(phase.next(START + 2 * SECOND - 1)).isEqualTo(START + 900_000_000);
        phase.onSent(START + 2 * SECOND - 1);
        assertThat(phase.next(START + 2 * SECOND - 1)).isEqualTo(Phase.NOT_DUE);
        assertThat(phase.unsent()).isZero();
    }

    @Test
    void aRateOutOfReachEndsAfterTwiceTheTimeAndTellsWhatWasNotSent() {
        final Phase phase = Phase.measured(plan().rate(10).durationNs(SECOND).build(), START);
        phase.onSent(START);

        assertThat(phase.next(START + 2 * SECOND)).isEqualTo(Phase.NOT_DUE);
        assertThat(phase.unsent()).isEqualTo(9);
    }

    @Test
    void aRateThatIsKeptIsReached() {
        final Phase phase = Phase.measured(plan().rate(1000).durationNs(SECOND).build(), START);
        for (long now = START; phase.next(now) != Phase.NOT_DUE; now += 1_000_000) {
            phase.onSent(now);
        }

        assertThat(phase.sent()).isEqualTo(1000);
        assertThat(phase.rateReached()).isCloseTo(1000, within(0.001));
    }

    private static LoadPlan.Builder plan() {
        return LoadPlan.to(ANYWHERE);
    }
}
