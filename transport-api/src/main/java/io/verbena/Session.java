// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of a session have in common. All calls belong on the thread of the session's
 * event queue; from others, use {@link EventQueueHandler#execute}.
 */
public interface Session {
    /**
     * The event queue on which the session lives.
     *
     * @return the event queue.
     */
    EventQueueHandler eventQueue();

    /**
     * The URI that the client connected to; the server sees the portal's address with the client's
     * path and query.
     *
     * @return the URI.
     */
    URI uri();

    /**
     * Where the session is in its life.
     *
     * @return the state.
     */
    SessionState state();

    /**
     * What carries the session, for people.
     *
     * @return for example {@code tcp}; empty while there is no connection.
     */
    String transport();

    /**
     * What carries the session, and, where a faster transport was to and doesn't, why not, for
     * people.
     *
     * @return for example {@code tcp (rdma: the server has no RDMA device)}; as {@link
     *     #transport()} where there was no choice.
     */
    String transportDetail();

    /**
     * The other end, for people.
     *
     * @return for example {@code 192.0.2.1:9400}; empty while there is no connection.
     */
    String remoteAddress();

    /**
     * Who is at the other end, where TLS has proved it.
     *
     * @return the identity; null while there is no connection, and where there is no TLS.
     */
    @Nullable PeerIdentity peer();

    /**
     * Messages that the session has not finished with: at a client, sent or queued and not yet
     * answered; at a server, held by the application or on their way.
     *
     * @return their number.
     */
    int inFlight();

    /**
     * Closes the session in good order. Asynchronous: returns at once, and one CLOSED event
     * follows, at the latest when {@link SessionOptions#closeTimeoutNs()} is over. Idempotent, and
     * legal from every call-back.
     *
     * <p>At a client, requests that were not sent yet fail with {@link EventReason#FLUSHED}; those
     * under way are still answered, as far as the server answers them in time. At a server, the
     * application is asked for the messages that it holds ({@link
     * ServerSession.Handler#onClosing}).
     */
    void close();

    /**
     * What the application attached.
     *
     * @return the context, null if there is none.
     */
    @Nullable Object userContext();

    /**
     * Attaches something of the application's.
     *
     * @param context anything, or null.
     */
    void userContext(@Nullable Object context);
}
