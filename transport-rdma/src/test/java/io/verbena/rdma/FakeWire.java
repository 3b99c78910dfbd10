// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.fake.FakeLink;
import io.verbena.testkit.Wire;
import java.net.URI;
import java.util.List;

/** All connections of a fabric that were made by way of an address that nobody else uses. */
final class FakeWire implements Wire {
    static final String DETOUR = "10.9.9.9";

    private final FakeFabric fabric;
    private final URI uri;
    private boolean stalled;

    FakeWire(final FakeFabric fabric, final URI portal) {
        this.fabric = fabric;
        uri = URI.create("fake://%s:%d".formatted(DETOUR, portal.getPort()));
        fabric.onEstablished(
                link -> {
                    if (stalled && isMine(link)) {
                        link.stall();
                    }
                });
    }

    private static boolean isMine(final FakeLink link) {
        return link.target().getAddress().getHostAddress().equals(DETOUR);
    }

    private List<FakeLink> links() {
        return fabric.links().stream().filter(FakeWire::isMine).toList();
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public void cut() {
        links().forEach(FakeLink::cut);
    }

    @Override
    public void stall() {
        stalled = true;
        links().forEach(FakeLink::stall);
    }

    @Override
    public void release() {
        stalled = false;
        links().forEach(FakeLink::release);
    }

    @Override
    public void close() {
        release();
        cut();
    }
}
