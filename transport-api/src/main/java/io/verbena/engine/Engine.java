// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.MsgPool;
import io.verbena.PortalOptions;
import io.verbena.ServerPortal;
import java.net.URI;

/** The door from {@code io.verbena}'s factory methods to what implements them. */
public final class Engine {
    private Engine() {}

    /** See {@link EventQueueHandler#open(EventQueueOptions)}. */
    public static EventQueueHandler open(final EventQueueOptions options) {
        return new EventQueue(options);
    }

    /** See {@link MsgPool#direct}. */
    public static MsgPool pool(final int count, final int inBytes, final int outBytes) {
        return new DirectMsgPool(count, inBytes, outBytes);
    }

    /**
     * See {@link ClientSession#connect(EventQueueHandler, URI, ClientSession.Handler,
     * ConnectOptions)}.
     */
    public static ClientSession connect(
            final EventQueueHandler eventQueue,
            final URI uri,
            final ClientSession.Handler handler,
            final ConnectOptions options) {
        return ClientHalf.connect(EventQueue.of(eventQueue), uri, handler, options);
    }

    /** See {@link ClientSession#requireTransport(URI)}. */
    public static void requireTransport(final URI uri) {
        Transports.forUri(uri);
    }

    /**
     * See {@link ServerPortal#listen(EventQueueHandler, URI, ServerPortal.Handler, PortalOptions)}.
     */
    public static ServerPortal listen(
            final EventQueueHandler eventQueue,
            final URI uri,
            final ServerPortal.Handler handler,
            final PortalOptions options) {
        return Portal.listen(EventQueue.of(eventQueue), uri, handler, options);
    }

    /** See {@link ServerPortal#worker}. */
    public static ServerPortal worker(
            final EventQueueHandler eventQueue,
            final ServerPortal.Handler handler,
            final PortalOptions options) {
        return Portal.worker(EventQueue.of(eventQueue), handler, options);
    }
}
