// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;

/** The contract, in memory. */
class MemContractTest extends TransportContract {
    private final MemUnderTest mem = new MemUnderTest(faults -> misbehave(faults));

    /** What goes wrong on all links; nothing here. */
    void misbehave(final MemFaults faults) {}

    @AfterEach
    final void forgetFaults() {
        MemNetwork.reset();
    }

    @Override
    public URI listenUri() {
        return mem.listenUri();
    }

    @Override
    public URI nobodyUri() {
        return mem.nobodyUri();
    }

    @Override
    public Wire wire(final URI portal) {
        return mem.wire(portal);
    }

    @Override
    public long quietNs() {
        return mem.quietNs();
    }
}
