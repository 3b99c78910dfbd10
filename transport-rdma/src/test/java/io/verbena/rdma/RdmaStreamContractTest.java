// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** Streams, on real verbs: a session stays on its listener's event queue. */
@Tag("rdma")
class RdmaStreamContractTest extends StreamContract {
    private final RdmaContractTest transport = new RdmaContractTest();

    @BeforeAll
    static void openTheDevice() {
        RealVerbs.get();
    }

    @BeforeEach
    void newDetour() {
        transport.newDetour();
    }

    @Override
    protected TransportUnderTest transport() {
        return transport;
    }
}
