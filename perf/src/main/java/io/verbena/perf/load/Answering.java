// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;

/** Answers every request of an event queue's sessions with as many bytes as it asks for. */
final class Answering implements ServerSession.Handler {
    private final Totals totals = new Totals();
    private final Runnable onSessionClosed;

    /** What was done, counted by the event queue's thread alone. */
    static final class Totals {
        private long bytesIn;
        private long bytesOut;
        private long errors;

        long bytesIn() {
            return bytesIn;
        }

        long bytesOut() {
            return bytesOut;
        }

        long errors() {
            return errors;
        }
    }

    Answering(final Runnable onSessionClosed) {
        this.onSessionClosed = onSessionClosed;
    }

    Totals totals() {
        return totals;
    }

    @Override
    public void onRequest(final ServerSession session, final Msg msg) {
        final int size = Stamp.responseSize(msg.in());
        if (!Stamp.isRequest(msg.in()) || size > msg.out().limit()) {
            discard(session, msg);
            return;
        }
        totals.bytesIn += msg.in().limit();
        Stamp.writeResponse(msg.in(), msg.out(), size);
        try {
            session.sendResponse(msg);
            totals.bytesOut += size;
        } catch (final SessionClosedException e) {
            discard(session, msg);
        }
    }

    private void discard(final ServerSession session, final Msg msg) {
        totals.errors++;
        session.discardRequest(msg);
    }

    @Override
    public void onRequestRefused(final ServerSession session, final int length) {
        totals.errors++;
    }

    @Override
    public void onMsgError(final ServerSession session, final Msg msg, final EventReason reason) {
        totals.errors++;
    }

    @Override
    public void onClosed(final ServerSession session, final SessionClosed event) {
        onSessionClosed.run();
    }
}
