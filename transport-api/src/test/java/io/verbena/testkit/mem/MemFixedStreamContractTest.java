// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

/** Streams, in memory, of sessions that stay on the listener's event queue. */
class MemFixedStreamContractTest extends MemStreamContractTest {
    @Override
    void misbehave(final MemFaults faults) {
        faults.fixed(true);
    }
}
