// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;

/** Streams, over {@code auto} where there is nothing but TCP. */
class AutoStreamContractTest extends StreamContract {
    private final TransportUnderTest transport = new AutoTcpContractTest();

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

    @Override
    public PortalOptions portalOptions() {
        return transport.portalOptions();
    }

    @Override
    public ConnectOptions connectOptions() {
        return transport.connectOptions();
    }
}
