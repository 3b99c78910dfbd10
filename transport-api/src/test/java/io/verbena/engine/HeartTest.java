// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.SessionOptions;
import io.verbena.engine.Heart.Pulse;
import io.verbena.spi.Connection;
import java.lang.reflect.Proxy;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A heart that hears nothing")
class HeartTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withKeepaliveIntervalNs(5 * SECOND_NS).withKeepaliveMisses(3);

    /** Its counters stand still. */
    private final Connection silent =
            (Connection)
                    Proxy.newProxyInstance(
                            Connection.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (proxy, method, arguments) -> 0L);

    /** When it gives up, if it beats as often as this. */
    private long endsAfterNs(final Heart heart, final long stepNs) {
        for (long nowNs = stepNs; nowNs < 1000 * SECOND_NS; nowNs += stepNs) {
            if (heart.isDue(nowNs) && heart.beat(nowNs, silent, false, true) == Pulse.PEER_SILENT) {
                return nowNs;
            }
        }
        throw new AssertionError("it never gives up");
    }

    @Test
    void givesUpAfterTheIntervalTimesTheMisses() {
        assertThat(endsAfterNs(new Heart(OPTIONS, 0, 0), 5 * SECOND_NS)).isEqualTo(15 * SECOND_NS);
    }

    /** Found by fuzzing: 790 beats of 19 ms took as long as the loop let them. */
    @Test
    void givesUpAsSoonIfThePeerNamesAnIntervalThatTheLoopCanNotKeep() {
        assertThat(endsAfterNs(new Heart(OPTIONS, 19, 0), SECOND_NS / 4)).isEqualTo(15 * SECOND_NS);
    }

    @Test
    void doesNotBlameThePeerForItsOwnSleep() {
        final Heart heart = new Heart(OPTIONS, 0, 0);
        assertThat(heart.beat(60 * SECOND_NS, silent, false, true)).isEqualTo(Pulse.BEAT);
        assertThat(heart.beat(65 * SECOND_NS, silent, false, true)).isEqualTo(Pulse.BEAT);
        assertThat(heart.beat(70 * SECOND_NS, silent, false, true)).isEqualTo(Pulse.PEER_SILENT);
    }
}
