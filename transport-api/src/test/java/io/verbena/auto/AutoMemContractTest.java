// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import io.verbena.testkit.mem.FastMemTransportProvider;
import io.verbena.testkit.mem.MemFaults;
import io.verbena.testkit.mem.MemNetwork;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;

/** The contract, over sessions that begin on one transport and are carried by another. */
class AutoMemContractTest extends TransportContract {
    private final AutoMem auto = new AutoMem(faults -> misbehave(faults));

    /** What goes wrong on all links, of both transports; nothing here. */
    void misbehave(final MemFaults faults) {}

    @AfterEach
    final void forgetFaults() {
        MemNetwork.reset();
        FastMemTransportProvider.missing(null);
    }

    @Override
    public URI listenUri() {
        return auto.listenUri();
    }

    @Override
    public URI nobodyUri() {
        return auto.nobodyUri();
    }

    @Override
    public Wire wire(final URI portal) {
        return auto.wire(portal);
    }

    @Override
    public long quietNs() {
        return auto.quietNs();
    }

    @Override
    public boolean isAbortHeardThroughAStall() {
        return true;
    }
}
