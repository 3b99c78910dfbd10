// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks for a session. Exactly one of {@link #accept}, {@link #forward} and {@link
 * #reject} must be called, from {@link ServerPortal.Handler#onSessionNew} or later on the thread of
 * the portal's event queue, before {@link PortalOptions#helloTimeoutNs()} is over.
 */
public interface SessionRequest {
    /**
     * The portal's URI with the client's path and query.
     *
     * @return the URI.
     */
    URI uri();

    /**
     * Path and query as the client sent them.
     *
     * @return for example {@code /orders?shard=3}; may be empty.
     */
    String pathAndQuery();

    /**
     * The client's end, for people.
     *
     * @return for example {@code 192.0.2.1:40112}.
     */
    String remoteAddress();

    /**
     * What carries the session, for people.
     *
     * @return for example {@code tcp}.
     */
    String transport();

    /**
     * What carries the session, and, where a faster transport was to and doesn't, why not, for
     * people.
     *
     * @return as {@link Session#transportDetail()}.
     */
    String transportDetail();

    /**
     * Who the client is, where TLS has proved it: what a portal may decide by.
     *
     * @return the identity; null where there is no TLS.
     */
    @Nullable PeerIdentity peer();

    /**
     * Can the session be moved between event queues once it is accepted?
     *
     * @return as {@link ServerSession#isMovable()}.
     */
    boolean isMovable();

    /**
     * Takes the session, on this event queue, with the portal's options.
     *
     * @param handler who is told of its requests.
     * @return the session, established.
     * @throws IllegalStateException if it was decided on already, the client has gone, or no pool
     *     is bound to the event queue for {@link PoolUse#SERVER}.
     */
    ServerSession accept(ServerSession.Handler handler);

    /**
     * Takes the session, with options of its own.
     *
     * @param handler who is told of its requests.
     * @param options time-outs and limits.
     * @return the session, established.
     * @throws IllegalStateException as above.
     */
    ServerSession accept(ServerSession.Handler handler, SessionOptions options);

    /**
     * Hands the session to another event queue, with no reconnect: the other portal's handler
     * decides on it, on its own thread. To the same portal it is an error; to one of the same event
     * queue it is legal.
     *
     * @param portal a portal, usually a {@linkplain ServerPortal#worker worker}.
     * @throws IllegalStateException if it was decided on already, or the client has gone.
     */
    void forward(ServerPortal portal);

    /**
     * Hands the session to another event queue, where it is accepted at once.
     *
     * @param portal a portal, usually a {@linkplain ServerPortal#worker worker}.
     * @param handler who is told of the session's requests, on the other event queue's thread.
     * @throws IllegalStateException if it was decided on already, or the client has gone.
     */
    void forward(ServerPortal portal, ServerSession.Handler handler);

    /**
     * Turns the client away: its session ends with {@link EventReason#REJECTED} and this code and
     * text.
     *
     * @param code a number of the application's, 0 to 65535.
     * @param data a text of the application's, at most 4094 bytes of UTF-8.
     * @throws IllegalStateException if it was decided on already.
     */
    void reject(int code, String data);

    /**
     * Is the client still there and the decision still open?
     *
     * @return whether {@link #accept} can work.
     */
    boolean isOpen();
}
