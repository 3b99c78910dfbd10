// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.verbena.wire.Hello;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RdmaOptionsTest {
    private static final List<String> NAMES =
            List.of("eagerLimit", "receives", "maxReads", "maxInline", "completions");

    @AfterEach
    void asItWas() {
        NAMES.forEach(name -> System.clearProperty("io.verbena.rdma." + name));
    }

    private static void set(final String name, final String value) {
        System.setProperty("io.verbena.rdma." + name, value);
    }

    @Test
    void nothingSetIsTheDefault() {
        assertThat(RdmaOptions.ofSystem()).isEqualTo(RdmaOptions.DEFAULT);
    }

    @Test
    void whatIsSetIsTaken() {
        set("eagerLimit", "8192");
        set("receives", "32");
        set("maxReads", "1");
        set("maxInline", "0");
        set("completions", "1024");
        assertThat(RdmaOptions.ofSystem()).isEqualTo(new RdmaOptions(8192, 32, 1, 0, 1024));
    }

    @Test
    void whatIsOutOfRangeIsRefusedByName() {
        for (final String name : NAMES) {
            for (final String wrong : List.of("-1", "100000000")) {
                set(name, wrong);
                assertThatThrownBy(RdmaOptions::ofSystem)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("io.verbena.rdma." + name)
                        .hasMessageContaining(wrong);
                asItWas();
            }
        }
    }

    @Test
    void receivesAreAPowerOfTwo() {
        set("receives", "100");
        assertThatThrownBy(RdmaOptions::ofSystem)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("power of two");
    }

    @Test
    void aReceiveHoldsTheLargestEagerPayload() {
        for (final int eager : new int[] {0, 1, 15, 16, 17, 512, 8191, 8192}) {
            final RdmaOptions options = new RdmaOptions(eager, 32, 1, 0, 1024);
            assertThat(options.slotBytes())
                    .isGreaterThanOrEqualTo(Frames.OVERHEAD + eager)
                    .isLessThan(0x10000);
            assertThat(options.slotBytes() % 64).isZero();
        }
    }

    @Test
    void theFirstReceiveHoldsTheLongestHello() {
        final RdmaOptions options = new RdmaOptions(0, 32, 1, 0, 1024);
        assertThat(Frames.GREETING_SLOTS * options.slotBytes())
                .isGreaterThanOrEqualTo(Frames.OVERHEAD + Hello.MAX_PAYLOAD);
    }

    @Test
    void theQueuesHoldAllThatCanBeUnderWay() {
        final RdmaOptions options = new RdmaOptions(512, 64, 4, 0, 1024);
        assertThat(options.sendQueue()).isGreaterThanOrEqualTo(64 + 64 + 4);
        assertThat(options.receiveQueue()).isGreaterThanOrEqualTo(64);
    }
}
