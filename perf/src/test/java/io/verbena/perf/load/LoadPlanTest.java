// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;

class LoadPlanTest {
    private final LoadPlan.Builder plan = LoadPlan.to(URI.create("tcp://127.0.0.1:1"));

    @Test
    void aShortRequestIsEchoedSoItsResponseHasNoSizeOfItsOwn() {
        plan.sizes(7, 7).build();

        refuses(plan.sizes(7, 8), "requests under 8 bytes are echoed");
    }

    @Test
    void whatNoPoolCanHoldIsRefused() {
        refuses(plan.sizes(1 << 30, 64).window(3), "more than a pool's 2 GiB");
        refuses(plan.sizes(64, 1 << 30).window(3), "more than a pool's 2 GiB");
        refuses(plan.sizes(64, 64).window(2000).sessions(1000), "window times sessions");
    }

    @Test
    void everyValueHasItsRange() {
        refuses(plan.window(0), "the window must be from 1 to 32767, is 0");
        refuses(plan.window(1).sessions(0), "the number of sessions");
        refuses(plan.sessions(1).count(-1), "the count");
        refuses(plan.durationNs(0), "the duration");
        refuses(plan.durationNs(1).warmupNs(-1), "the warm-up");
        refuses(plan.warmupNs(0).rate(-1), "the rate");
        refuses(plan.rate(Double.NaN), "the rate");
        refuses(plan.rate(0).sizes(-1, 64), "the request size");
        refuses(plan.sizes(64, -1), "the response size");
    }

    private static void refuses(final LoadPlan.Builder plan, final String message) {
        assertThatIllegalArgumentException().isThrownBy(plan::build).withMessageContaining(message);
    }
}
