// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.Wire;
import java.net.URI;
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
}
