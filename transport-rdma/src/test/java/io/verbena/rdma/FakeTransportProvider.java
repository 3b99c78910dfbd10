// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import java.util.Set;

/** The RDMA protocol over a {@link FakeFabric}: {@code fake://host:port}. */
public final class FakeTransportProvider implements TransportProvider {
    private static volatile FakeFabric fabric = new FakeFabric();
    private static volatile Verbs verbs = fabric.verbs();
    private static volatile RdmaOptions options = RdmaOptions.DEFAULT;

    /** For {@link java.util.ServiceLoader}. */
    public FakeTransportProvider() {}

    /** A new fabric, for all event queues from now on. */
    static FakeFabric reset(final Set<Extension> newExtensions, final RdmaOptions newOptions) {
        fabric = new FakeFabric();
        // One for all event queues, as a process has one library.
        verbs = fabric.verbs(newExtensions);
        options = newOptions;
        return fabric;
    }

    static FakeFabric fabric() {
        return fabric;
    }

    @Override
    public Set<String> schemes() {
        return Set.of("fake");
    }

    @Override
    public Availability availability(final String scheme) {
        return Availability.yes("a fabric within the process");
    }

    @Override
    public Poller open(final PollerContext context) {
        final RdmaPoller poller = new RdmaPoller(context, verbs, options, "fake");
        // A test's loop sleeps between polls that find nothing, and its clock stands still.
        poller.events().expect();
        return poller;
    }
}
