// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.QueueOverflowException;
import io.verbena.ServerSession;
import io.verbena.SessionClosedException;
import java.util.IdentityHashMap;
import java.util.Map;

/** Passes each request on to a server, on the mirror of its message, and the response back. */
final class RelayServer implements ServerSession.Handler, ClientSession.Handler {
    private final Ledger ledger;
    private final Map<Msg, ServerSession> fronts = new IdentityHashMap<>();
    private ClientSession back;
    private int requests;
    private int backErrors;

    RelayServer(final Ledger ledger) {
        this.ledger = ledger;
    }

    void back(final ClientSession session) {
        back = session;
    }

    boolean isIdle() {
        return fronts.isEmpty();
    }

    int requests() {
        return requests;
    }

    int backErrors() {
        return backErrors;
    }

    @Override
    public void onRequest(final ServerSession session, final Msg msg) {
        requests++;
        ledger.arrived(Letter.id(msg));
        try {
            back.sendRequest(msg.mirror());
            fronts.put(msg, session);
        } catch (final QueueOverflowException | SessionClosedException e) {
            session.discardRequest(msg);
        }
    }

    @Override
    public void onResponse(final ClientSession session, final Msg mirror) {
        final Msg msg = mirror.mirror();
        final ServerSession front = fronts.remove(msg);
        if (front == null) {
            ledger.wrong("the relay got an answer that it didn't wait for");
            return;
        }
        ledger.answered(mirror.in().getLong(0));
        try {
            front.sendResponse(msg);
        } catch (final SessionClosedException e) {
            front.discardRequest(msg);
        }
    }

    @Override
    public void onMsgError(
            final ClientSession session, final Msg mirror, final EventReason reason) {
        backErrors++;
        final ServerSession front = fronts.remove(mirror.mirror());
        if (front == null) {
            ledger.wrong("the relay got a failure that it didn't wait for");
            return;
        }
        front.discardRequest(mirror.mirror());
    }
}
