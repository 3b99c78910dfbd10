// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.hostile;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import io.verbena.testkit.Leaks;
import io.verbena.testkit.Pump;
import io.verbena.testkit.RecordingClient;
import io.verbena.testkit.RecordingServer;
import java.net.URI;

/** A server and a client on the current thread, for tests of where they can meet. */
final class Pinger implements AutoCloseable {
    final Pump pump = new Pump();
    final EventQueueHandler queue =
            EventQueueHandler.open(EventQueueOptions.defaults().withIdlePolicy(IdlePolicy.SPIN));
    final RecordingServer server = new RecordingServer();
    private final MsgPool pool = Leaks.pool(8, 256, 256);

    Pinger() {
        queue.bind(pool);
        pump.add(queue);
    }

    ServerPortal listen(final String uri) {
        return listen(uri, PortalOptions.defaults());
    }

    ServerPortal listen(final String uri, final PortalOptions options) {
        return ServerPortal.listen(
                queue, URI.create(uri), request -> request.accept(server), options);
    }

    /** Connects, exchanges one request and closes; returns the address that it got to. */
    String ping(final String uri) {
        final RecordingClient client = new RecordingClient();
        final ClientSession session =
                ClientSession.connect(queue, URI.create(uri), client, ConnectOptions.defaults());
        client.send(session, pool.take());
        pump.until("an answer from " + uri + ": " + client, () -> client.responses() == 1);
        final String address = session.remoteAddress();
        session.close();
        pump.until("the end of " + uri, client::isClosed);
        client.assertClosed(EventReason.CLOSED_BY_SELF);
        client.assertSound();
        return address;
    }

    /** Connects in vain; returns who was told so. */
    RecordingClient fail(final String uri, final ConnectOptions options) {
        final RecordingClient client = new RecordingClient();
        final ClientSession session =
                ClientSession.connect(queue, URI.create(uri), client, options);
        client.send(session, pool.take());
        pump.until("the failure of " + uri, client::isClosed);
        client.assertSound();
        return client;
    }

    RecordingClient fail(final String uri) {
        return fail(uri, ConnectOptions.defaults());
    }

    @Override
    public void close() {
        queue.close();
        pool.close();
        server.assertSound();
    }
}
