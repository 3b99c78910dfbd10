// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;

/** Streams, over TLS. */
class TlsStreamContractTest extends StreamContract {
    private final TransportUnderTest transport = transport();

    /** The transport that it is about. */
    TransportUnderTest transport() {
        return new TlsContractTest();
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

    @Override
    public PortalOptions portalOptions() {
        return transport.portalOptions();
    }

    @Override
    public ConnectOptions connectOptions() {
        return transport.connectOptions();
    }
}
