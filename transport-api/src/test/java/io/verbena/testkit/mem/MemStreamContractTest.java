// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
import org.junit.jupiter.api.AfterEach;

/** Streams, in memory: the session moves to who serves it. */
class MemStreamContractTest extends StreamContract {
    private final MemUnderTest mem = new MemUnderTest(faults -> misbehave(faults));

    /** What is special about all links; nothing here. */
    void misbehave(final MemFaults faults) {}

    @AfterEach
    final void forgetFaults() {
        MemNetwork.reset();
    }

    @Override
    protected TransportUnderTest transport() {
        return mem;
    }
}
