// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;

/** Streams, over TCP. */
class TcpStreamContractTest extends StreamContract {
    private final TransportUnderTest tcp = new TcpContractTest();

    @Override
    public URI listenUri() {
        return tcp.listenUri();
    }

    @Override
    public URI nobodyUri() {
        return tcp.nobodyUri();
    }

    @Override
    public Wire wire(final URI portal) {
        return tcp.wire(portal);
    }
}
