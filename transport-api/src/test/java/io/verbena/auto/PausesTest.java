// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long a transport that has failed is left alone. */
class PausesTest {
    private static final long FIRST_NS = TimeUnit.SECONDS.toNanos(10);
    private static final String SERVER = "192.0.2.1:9400";

    private long nowNs = Long.MAX_VALUE - 5;
    private final Pauses pauses = new Pauses(() -> nowNs);

    private long pauseS() {
        pauses.failed(SERVER, "why", FIRST_NS);
        long seconds = 0;
        while (pauses.reason(SERVER) != null) {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            seconds++;
        }
        return seconds;
    }

    @Test
    void aServerThatNeverFailedIsTried() {
        assertThat(pauses.reason(SERVER)).isNull();
    }

    @Test
    void thePauseDoublesUpTo32TimesTheFirst() {
        for (final long expected : new long[] {10, 20, 40, 80, 160, 320, 320, 320}) {
            assertThat(pauseS()).isEqualTo(expected);
        }
    }

    @Test
    void whatWorkedForLongIsForgiven() {
        pauseS();
        pauseS();
        nowNs += TimeUnit.SECONDS.toNanos(20 * 8);
        assertThat(pauseS()).isEqualTo(10);
    }

    @Test
    void oneServersFailureIsNoOtherServers() {
        pauses.failed(SERVER, "why", FIRST_NS);
        assertThat(pauses.reason("192.0.2.2:9400")).isNull();
        assertThat(pauses.reason(SERVER)).contains("failed 0 s ago (why)").contains("in 10 s");
    }

    @Test
    void withoutAPauseItIsTriedAtOnce() {
        pauses.failed(SERVER, "why", 0);
        assertThat(pauses.reason(SERVER)).isNull();
    }

    @Test
    void moreServersThanFitAreNotRemembered() {
        for (int i = 0; i < 5000; i++) {
            pauses.failed("server" + i, "why", FIRST_NS);
        }
        assertThat(pauses.reason("server0")).isNotNull();
        assertThat(pauses.reason("server4999")).isNull();
    }
}
