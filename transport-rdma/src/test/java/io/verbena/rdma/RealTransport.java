// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.TransportUnderTest;
import io.verbena.testkit.Wire;
import java.net.URI;

/** RDMA on real verbs, at one of this machine's addresses. */
record RealTransport(String address) implements TransportUnderTest {
    @Override
    public URI listenUri() {
        return URI.create("rdma://" + address + ":0");
    }

    @Override
    public URI nobodyUri() {
        return URI.create("rdma://" + address + ":9");
    }

    @Override
    public Wire wire(final URI portal) {
        throw new UnsupportedOperationException("no detours here");
    }

    @Override
    public long quietNs() {
        return 20_000_000;
    }
}
