// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.Wire;
import java.net.URI;
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
    public URI listenUri() {
        return transport.listenUri();
    }

    @Override
    public URI nobodyUri() {
        return transport.nobodyUri();
    }

    @Override
    public Wire wire(final URI portal) {
        return transport.wire(portal);
    }
}
