// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Streams that begin on TCP and are carried by real verbs. */
@Tag("rdma")
class RdmaAutoStreamContractTest extends StreamContract {
    private final RdmaAutoContractTest transport = new RdmaAutoContractTest();

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

    /** A known cost, told in docs/STREAMS.md: of the client ends only, which the test has too. */
    @Test
    @Override
    public void idleStreamsCostNoThread() {
        Assumptions.abort(
                "each client's event queue has a thread that wakes it for RDMA while it sleeps in TCP");
    }
}
