// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuTest {
    @Test
    void listsOfCpusAreReadAsLinuxWritesThem() {
        assertThat(Cpu.cpus("3")).containsExactly(3);
        assertThat(Cpu.cpus("0-1,4,6-8")).containsExactly(0, 1, 4, 6, 7, 8);
    }
}
