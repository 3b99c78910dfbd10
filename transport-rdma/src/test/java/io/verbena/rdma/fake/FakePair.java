// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;

/** Two ends, connected. */
final class FakePair {
    final FakeFabric fabric;
    final FakeEnd client;
    final FakeEnd server;
    final long listener;
    final CmEvent request;
    final CmEvent answer;

    FakePair(final FakeFabric fabric) throws IOException {
        this(fabric, 7000);
    }

    FakePair(final FakeFabric fabric, final int port) throws IOException {
        this.fabric = fabric;
        final Verbs verbs = fabric.verbs();
        client = new FakeEnd(verbs);
        server = new FakeEnd(verbs);
        listener = server.listen(port);
        client.resolved(FakeEnd.loopback(port));
        verbs.connect(client.id, FakeEnd.parameters("hello"));
        request = server.event(CmEvent.Type.CONNECT_REQUEST);
        server.id = request.id();
        server.equipped();
        verbs.accept(server.id, FakeEnd.parameters("welcome"));
        answer = client.event(CmEvent.Type.ESTABLISHED);
        server.event(CmEvent.Type.ESTABLISHED);
    }

    FakeLink link() {
        return fabric.links().get(0);
    }

    void destroy() throws IOException {
        client.destroy();
        client.verbs.destroyId(listener);
        server.destroy();
    }
}
