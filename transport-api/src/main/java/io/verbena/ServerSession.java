// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/**
 * The end of a session that answers requests.
 *
 * <p>Requests arrive in the order in which they were sent. Each one is a message of a pool that is
 * bound to the event queue, held by the application until it answers with {@link #sendResponse} or
 * {@link #discardRequest}: in any order, at any time, exactly once.
 */
public interface ServerSession extends Session {
    /**
     * Answers: the bytes of the message's OUT from 0 to its position. The message goes back to its
     * pool when they have left.
     *
     * @param msg a message from {@link Handler#onRequest} that has not been answered.
     * @throws SessionClosedException if the session is closed or its link is lost; the message is
     *     still the application's, to be {@linkplain #discardRequest discarded}.
     * @throws IllegalStateException if the message was answered already, or isn't of this session.
     */
    void sendResponse(Msg msg);

    /**
     * Refuses to answer: the request fails at the client with {@link EventReason#DISCARDED}, and
     * the message goes back to its pool. Works on a closed session too.
     *
     * @param msg a message from {@link Handler#onRequest} that has not been answered.
     * @throws IllegalStateException if the message was answered already, or isn't of this session.
     */
    void discardRequest(Msg msg);

    /** Who is told what happens to a session, on the thread of its event queue. */
    @FunctionalInterface
    interface Handler {
        /**
         * A request has arrived: IN holds it from 0 to its limit, OUT is empty and its limit is
         * what both this side and the client have room for.
         *
         * @param session the session.
         * @param msg the message.
         */
        void onRequest(ServerSession session, Msg msg);

        /**
         * A request was longer than any IN buffer here; it was answered with {@link
         * EventReason#REQUEST_TOO_LARGE}.
         *
         * @param session the session.
         * @param length its length in bytes.
         */
        default void onRequestRefused(final ServerSession session, final int length) {}

        /**
         * An answer did not reach the client. The message goes back to its pool after this call.
         *
         * @param session the session.
         * @param msg the message.
         * @param reason why.
         */
        default void onMsgError(
                final ServerSession session, final Msg msg, final EventReason reason) {}

        /**
         * The session closes, and waits, until {@link SessionOptions#closeTimeoutNs()} is over, for
         * the messages that the application holds: answer or discard them. Called only if there are
         * any.
         *
         * @param session the session.
         * @param held messages that the application holds.
         * @param reason why the session closes. With {@link EventReason#CLOSED_BY_PEER} and {@link
         *     EventReason#CLOSED_BY_SELF} answers still reach the client.
         */
        default void onClosing(
                final ServerSession session, final int held, final EventReason reason) {}

        /**
         * The session is closed: the last call of all.
         *
         * @param session the session.
         * @param event why.
         */
        default void onClosed(final ServerSession session, final SessionClosed event) {}
    }
}
