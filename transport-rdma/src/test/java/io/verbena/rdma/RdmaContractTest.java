// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import java.net.URI;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The contract, on real verbs. */
@Tag("rdma")
class RdmaContractTest extends TransportContract {
    private Detour detour;

    @BeforeAll
    static void openTheDevice() {
        RealVerbs.get();
    }

    @BeforeEach
    final void newDetour() {
        detour = DetourTransportProvider.reset();
    }

    @Override
    public URI listenUri() {
        return URI.create("direct://%s:0".formatted(RealVerbs.address()));
    }

    @Override
    public URI nobodyUri() {
        return URI.create("direct://%s:9".formatted(RealVerbs.address()));
    }

    @Override
    public Wire wire(final URI portal) {
        final URI uri = URI.create("detour://%s:%d".formatted(portal.getHost(), portal.getPort()));
        return new Wire() {
            @Override
            public URI uri() {
                return uri;
            }

            @Override
            public void cut() {
                detour.cut();
            }

            @Override
            public void stall() {
                detour.stall();
            }

            @Override
            public void release() {
                detour.release();
            }

            @Override
            public void close() {
                detour.release();
                detour.cut();
            }
        };
    }

    @Override
    public long quietNs() {
        return 50_000_000;
    }
}
