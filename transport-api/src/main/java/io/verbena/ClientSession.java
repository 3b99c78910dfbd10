// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import io.verbena.engine.Engine;
import java.net.URI;

/**
 * The end of a session that sends requests.
 *
 * <p>Every {@link #sendRequest} that returned normally ends in exactly one {@link
 * Handler#onResponse} or {@link Handler#onMsgError}, all of them before {@link Handler#onClosed}.
 * Responses arrive in the order in which the server answered.
 */
public interface ClientSession extends Session {
    /**
     * Starts to connect. Never blocks; what goes wrong on the way is told by {@link
     * Handler#onClosed}.
     *
     * @param eventQueue the event queue on which the session will live.
     * @param uri where to: {@code tcp://host:port/path?query}, {@code
     *     unix:///path/of/socket?query}. Path and query reach the server; together they may have
     *     4096 bytes.
     * @param handler who is told.
     * @return the session; requests may be sent at once, and wait until it is established.
     * @throws IllegalArgumentException if the URI can't ever be connected to.
     * @throws VerbenaException with {@link EventReason#UNAVAILABLE} if the transport can't be used
     *     here.
     */
    static ClientSession connect(
            final EventQueueHandler eventQueue, final URI uri, final Handler handler) {
        return connect(eventQueue, uri, handler, ConnectOptions.defaults());
    }

    /**
     * Starts to connect, with options.
     *
     * @param eventQueue the event queue on which the session will live.
     * @param uri where to.
     * @param handler who is told.
     * @param options time-outs and limits.
     * @return the session.
     * @throws IllegalArgumentException if the URI can't ever be connected to.
     * @throws IllegalStateException if the options' shared secret is closed.
     * @throws VerbenaException with {@link EventReason#UNAVAILABLE} if the transport can't be used
     *     here.
     */
    static ClientSession connect(
            final EventQueueHandler eventQueue,
            final URI uri,
            final Handler handler,
            final ConnectOptions options) {
        return Engine.connect(eventQueue, uri, handler, options);
    }

    /**
     * Checks that there is a transport for a URI, for those who will connect later. Looks at the
     * scheme alone, and connects to nothing.
     *
     * @param uri where to, once.
     * @throws IllegalArgumentException if there is no transport of its scheme.
     * @throws VerbenaException with {@link EventReason#UNAVAILABLE} if the transport can't be used
     *     here.
     */
    static void requireTransport(final URI uri) {
        Engine.requireTransport(uri);
    }

    /**
     * Sends a request: the bytes of the message's OUT from 0 to its position. Until the response,
     * the message belongs to the session. Before the session is established, and while the server
     * has no room, requests wait in order.
     *
     * @param msg a message of a pool that is bound to this session's event queue for {@link
     *     PoolUse#CLIENT}, held by the application.
     * @throws SessionClosedException if the session is closing or closed.
     * @throws QueueOverflowException if {@link SessionOptions#maxQueued()} requests wait already.
     * @throws IllegalArgumentException if the request is longer than the server accepts at all.
     * @throws IllegalStateException if the message is not one that may be sent now; says why. After
     *     each of these the message is still the caller's.
     */
    void sendRequest(Msg msg);

    /**
     * Sends a request that must be answered in time: when the time is over, it ends in {@link
     * Handler#onMsgError} with {@link EventReason#DEADLINE_EXCEEDED}. A message whose request was
     * on the wire already can't be used again before the server has answered after all, or the
     * session is closed; {@linkplain Msg#release() releasing} it is always right, it becomes free
     * in time.
     *
     * @param msg as for {@link #sendRequest(Msg)}.
     * @param timeoutNs nanoseconds from now, above 0; kept to within about 2 ms.
     * @throws IllegalArgumentException if the time-out isn't above 0; otherwise as {@link
     *     #sendRequest(Msg)}.
     */
    void sendRequest(Msg msg, long timeoutNs);

    /** Who is told what happens to a session, on the thread of its event queue. */
    @FunctionalInterface
    interface Handler {
        /**
         * A response has arrived, in the message whose request it answers: IN holds it from 0 to
         * its limit, OUT is as it was sent. The message is the application's again, to {@linkplain
         * Msg#release() release} or to send again.
         *
         * @param session the session.
         * @param msg the message.
         */
        void onResponse(ClientSession session, Msg msg);

        /**
         * The server has accepted the session.
         *
         * @param session the session.
         */
        default void onEstablished(final ClientSession session) {}

        /**
         * A request failed. The message is the application's again; unless this method is
         * overridden it is released.
         *
         * @param session the session.
         * @param msg the message.
         * @param reason why.
         */
        default void onMsgError(
                final ClientSession session, final Msg msg, final EventReason reason) {
            msg.release();
        }

        /**
         * The session is closed: the last call of all.
         *
         * @param session the session.
         * @param event why.
         */
        default void onClosed(final ClientSession session, final SessionClosed event) {}
    }
}
