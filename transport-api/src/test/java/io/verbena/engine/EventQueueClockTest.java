// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static io.verbena.EventQueueHandler.INFINITE_EVENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("An event loop that is told the time")
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventQueueClockTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    /** Time passes only by being read. */
    private static final class Clock implements LongSupplier {
        private long nowNs = -SECOND_NS / 2;
        private int reads;

        @Override
        public long getAsLong() {
            reads++;
            nowNs += SECOND_NS / 10;
            return nowNs;
        }
    }

    private final Clock clock = new Clock();
    private final EventQueueHandler queue =
            EventQueueHandler.open(
                    EventQueueOptions.defaults()
                            .withIdlePolicy(IdlePolicy.SPIN)
                            .withNanoClock(clock));

    @AfterEach
    void closeQueue() {
        queue.close();
    }

    @Test
    void doesNotReadTheClockForOneTurn() {
        clock.reads = 0;

        queue.runEventLoopAt(clock.nowNs, INFINITE_EVENTS, 0);

        assertThat(clock.reads).isZero();
        queue.runEventLoop(INFINITE_EVENTS, 0);
        assertThat(clock.reads).isEqualTo(1);
    }

    @Test
    void countsItsTimeoutFromThere() {
        clock.reads = 0;
        final long toldNs = clock.nowNs - 7 * SECOND_NS / 10;

        queue.runEventLoopAt(toldNs, INFINITE_EVENTS, SECOND_NS);

        // The third reading is a second behind what it was told, which was before it was opened.
        assertThat(clock.reads).isEqualTo(3);
    }

    @Test
    void runsNoLongerThanItIsOpen() {
        queue.close();

        assertThatIllegalStateException()
                .isThrownBy(() -> queue.runEventLoopAt(clock.nowNs, INFINITE_EVENTS, 0));
    }
}
