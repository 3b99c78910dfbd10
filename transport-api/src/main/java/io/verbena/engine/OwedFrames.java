// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;

/**
 * The control frames that one end of a session has to send, and the link may not take at once. Each
 * is owed once at most, however often it is asked for, so that a link that is blocked for long
 * makes no queue of them; credits add up in one.
 */
final class OwedFrames {
    private static final int KEEPALIVE = 1;
    private static final int CLOSE = 2;
    private static final int GOODBYE = 4;

    private final AbstractSession session;
    private int credits;
    private int others;

    OwedFrames(final AbstractSession session) {
        this.session = session;
    }

    boolean isEmpty() {
        return credits == 0 && others == 0;
    }

    void credits(final int more) {
        credits += more;
        send();
    }

    void keepalive() {
        owe(KEEPALIVE);
    }

    /** Asks the peer to say GOODBYE. */
    void close() {
        owe(CLOSE);
    }

    /** The session's last frame; it waits for the messages that are to leave before it. */
    void goodbye() {
        owe(GOODBYE);
    }

    private void owe(final int frame) {
        others |= frame;
        send();
    }

    /** Sends what the link takes. */
    void send() {
        if (credits > 0 && session.sendControl(FrameType.CREDIT, 0, credits, 0, 0)) {
            credits = 0;
        }
        if (owes(KEEPALIVE) && session.sendControl(FrameType.KEEPALIVE, busy(), 0, 0, 0)) {
            others &= ~KEEPALIVE;
        }
        if (owes(CLOSE) && session.sendControl(FrameType.CLOSE, 0, 0, 0, 0)) {
            others &= ~CLOSE;
        }
        if (owes(GOODBYE) && session.outbound.isEmpty() && sendGoodbye()) {
            others &= ~GOODBYE;
            session.goodbyeSent();
        }
    }

    private boolean owes(final int frame) {
        return (others & frame) != 0;
    }

    private int busy() {
        return session.isStalled() ? FrameHeader.FLAG_BUSY : 0;
    }

    private boolean sendGoodbye() {
        return session.sendControl(FrameType.GOODBYE, 0, 0, 0, session.endReason().code());
    }
}
