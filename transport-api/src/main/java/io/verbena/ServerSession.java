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

    /**
     * Can the session be moved to another event queue, between two requests? That depends on its
     * transport: sockets can, RDMA's queue pairs can't.
     *
     * @return whether {@link #detach()} works.
     */
    boolean isMovable();

    /**
     * Leaves requests unread, in the transport, where the client feels them as back-pressure. When
     * one has come, {@link Handler#onRequestWaiting} is called, once until this is called again or
     * the session is {@linkplain #attach attached}.
     *
     * @param hold whether to; false reads what waits.
     */
    void holdRequests(boolean hold);

    /**
     * Takes the session off its event queue, so that it can be {@linkplain #attach attached} to
     * another one. That is possible when it is {@linkplain #isMovable() movable} and established,
     * and no request is open: none held by the application, no answer still on its way. Until it is
     * attached, nothing but {@code attach} and {@link #holdRequests} may be called, by one thread
     * at a time; what the client sends waits.
     *
     * @return whether it is detached; if not, nothing has changed.
     */
    boolean detach();

    /**
     * Puts a detached session on an event queue, where its call-backs happen from now on. Called on
     * that event queue's thread.
     *
     * @param eventQueue an event queue with a pool for {@link PoolUse#SERVER}; the one that the
     *     session was on, or another.
     * @throws IllegalStateException if the session is not detached.
     */
    void attach(EventQueueHandler eventQueue);

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
         * A request waits unread, as {@link ServerSession#holdRequests} has it. The session may be
         * detached here.
         *
         * @param session the session.
         */
        default void onRequestWaiting(final ServerSession session) {}

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
