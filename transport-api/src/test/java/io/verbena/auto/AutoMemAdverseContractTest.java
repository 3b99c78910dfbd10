// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.testkit.mem.MemFaults;
import io.verbena.testkit.mem.MemUnderTest;

/** The contract, with both transports making use of all that the SPI lets one do. */
class AutoMemAdverseContractTest extends AutoMemContractTest {
    @Override
    void misbehave(final MemFaults faults) {
        MemUnderTest.adverse(faults);
    }
}
