// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.SessionState;
import io.verbena.Throttle;

/**
 * Whether a server's session lets its next request in, or leaves it unread: because the application
 * holds requests back, because answers wait for the link, because the loop's budget is used up, or
 * because its requests take all the memory that they may. Each of these ends by itself, and the
 * transport is told to go on.
 */
final class RequestGate {
    private final ServerHalf session;
    private final Portal portal;
    private final Runnable tellWaiting = this::tellWaiting;

    /** Bytes of messages that the session's requests may take, and take. */
    private final long maxHeldBytes;

    private long heldBytes;

    /** Nothing is read until some of them are given back. */
    private boolean throttled;

    /** The application wants requests to be left unread. */
    private boolean holding;

    /** The application hears, or has heard, that one waits. */
    private boolean waitingTold;

    /** No more requests are read until the answers that wait for the link are on it. */
    private boolean answersFirst;

    /**
     * The client has taken nothing for long: all that it says is read, to know whether it lives.
     */
    private boolean listening;

    /**
     * Is open.
     *
     * @param session whose requests they are.
     * @param portal is told what holds clients back.
     * @param maxHeldBytes see {@link io.verbena.SessionOptions#maxHeldBytes}; 0: no limit.
     */
    RequestGate(final ServerHalf session, final Portal portal, final long maxHeldBytes) {
        this.session = session;
        this.portal = portal;
        this.maxHeldBytes = maxHeldBytes == 0 ? Long.MAX_VALUE : maxHeldBytes;
    }

    /**
     * Whether the next request stays unread; then the session has noted that it is stalled. Not for
     * answers or memory, if the link is down: those would wait for the session's end, and that for
     * the request.
     */
    boolean keepsOut() {
        if (holding) {
            hold();
            return true;
        }
        if (!session.outbound.isEmpty() && !listening && !session.isLinkDown()) {
            // A client that doesn't take its answers is to have no more of the messages that it
            // shares with others; and the fewer are in turn, the more of them are in cache.
            answersFirst = true;
            session.stallForLink();
            return true;
        }
        if (!session.queue.hasBudget()) {
            session.stallForBudget();
            return true;
        }
        if (isFull() && !session.isLinkDown()) {
            throttle();
            return true;
        }
        return false;
    }

    /** Do the session's requests take all the memory that they may? */
    boolean isFull() {
        return heldBytes >= maxHeldBytes;
    }

    // ---- the application's wish

    /** From now on the application wants requests to be left unread, or read again. */
    void holdRequests(final boolean hold) {
        holding = hold;
        if (waitingTold) {
            waitingTold = false;
            session.resumeSoon();
        }
    }

    private void hold() {
        session.stallForLink();
        if (!waitingTold) {
            waitingTold = true;
            // Not from here: the application is to be free to detach the session.
            session.queue.execute(tellWaiting);
        }
    }

    private void tellWaiting() {
        // Unless the session has left its event queue meanwhile: the next one tells of it again.
        if (holding && waitingTold && session.state == SessionState.ESTABLISHED) {
            session.requestWaits();
        }
    }

    // ---- memory

    /** Its requests take all that they may: it waits for itself, and nobody else does. */
    private void throttle() {
        throttled = true;
        session.stallForLink();
        portal.tally.memoryPauses.increment();
        portal.sessionThrottled(
                Throttle.SESSION_MEMORY,
                session.remoteAddress(),
                "its requests take %d bytes of messages, and may take %d"
                        .formatted(heldBytes, maxHeldBytes));
    }

    /** A request got this message. */
    void taken(final EngineMsg msg) {
        heldBytes += bytesOf(msg);
    }

    /** A message of a request goes back to its pool. */
    void givenBack(final EngineMsg msg) {
        heldBytes -= bytesOf(msg);
        if (throttled && heldBytes < maxHeldBytes) {
            throttled = false;
            session.resumeSoon();
        }
    }

    private static long bytesOf(final EngineMsg msg) {
        return (long) msg.pool.inBytes() + msg.pool.outBytes();
    }

    // ---- the link

    /** All answers are on the link. */
    void onAnswersSent() {
        listening = false;
        readOn();
    }

    /** The client may have said that it is busy, behind the requests that were not read. */
    void onPeerTakesNothing() {
        listening = true;
        readOn();
    }

    private void readOn() {
        if (answersFirst) {
            answersFirst = false;
            session.resumeSoon();
        }
    }

    /** The session leaves its event queue, and with it all stalls. */
    void onDetached() {
        answersFirst = false;
        waitingTold = false;
    }
}
