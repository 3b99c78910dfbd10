// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

/** The contract, over links that make use of all that the SPI lets a transport do. */
class MemAdverseContractTest extends MemContractTest {
    @Override
    void misbehave(final MemFaults faults) {
        MemUnderTest.adverse(faults);
    }
}
