// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.Extension;
import io.verbena.testkit.TransportContract;
import io.verbena.testkit.Wire;
import java.net.URI;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The contract, over a fabric within the process. It is no substitute for real verbs, where {@code
 * RdmaContractTest} runs, but fast, and strict about what is left.
 */
class FakeContractTest extends TransportContract {
    private FakeFabric fabric;

    /** What the library can do. */
    Set<Extension> extensions() {
        return EnumSet.allOf(Extension.class);
    }

    /** Makes it worse. */
    void prepare(final FakeFabric newFabric) {}

    RdmaOptions options() {
        return RdmaOptions.DEFAULT;
    }

    @BeforeEach
    final void newFabric() {
        fabric = FakeTransportProvider.reset(extensions(), options());
        prepare(fabric);
    }

    @AfterEach
    final void nothingIsLeft() throws Exception {
        scene().close();
        fabric.assertNothingLeft();
        if (fabric.receiverNotReady() > 0 || fabric.completionQueueOverruns() > 0) {
            throw new AssertionError(
                    "%d sends found no receive, %d completion queues overran"
                            .formatted(
                                    fabric.receiverNotReady(), fabric.completionQueueOverruns()));
        }
    }

    @Override
    public URI listenUri() {
        return URI.create("fake://0.0.0.0:0");
    }

    @Override
    public URI nobodyUri() {
        return URI.create("fake://10.0.0.1:9");
    }

    @Override
    public Wire wire(final URI portal) {
        return new FakeWire(fabric, portal);
    }

    @Override
    public long quietNs() {
        // Nothing is ever on its way but what polling brings nearer.
        return 200_000;
    }
}
