// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The server ends of sessions, on one event queue. */
final class Server implements ServerSession.Handler {
    private record Held(ServerSession session, Msg msg) {}

    private final String name;
    private final Ledger ledger;

    /** Is this where clients' requests arrive first? A relay's server is not. */
    private final boolean front;

    private final List<Held> held = new ArrayList<>();
    private final List<ServerSession> sessions = new ArrayList<>();
    private final Set<ServerSession> closed = new HashSet<>();
    private boolean holds;
    private boolean throwsNext;
    private int requests;
    private int errors;

    Server(final String name, final Ledger ledger, final boolean front) {
        this.name = name;
        this.ledger = ledger;
        this.front = front;
    }

    void add(final ServerSession session) {
        sessions.add(session);
    }

    List<ServerSession> sessions() {
        return sessions;
    }

    void holds(final boolean value) {
        holds = value;
    }

    void throwNext() {
        throwsNext = true;
    }

    void behave() {
        throwsNext = false;
    }

    int requests() {
        return requests;
    }

    int errors() {
        return errors;
    }

    boolean isHoldingNothing() {
        return held.isEmpty();
    }

    @Override
    public void onRequest(final ServerSession session, final Msg msg) {
        check(session, "onRequest");
        requests++;
        final String wrong = Letter.wrong(msg);
        if (wrong != null) {
            wrong("a request: " + wrong);
            session.discardRequest(msg);
            return;
        }
        if (front) {
            ledger.arrived(Letter.id(msg));
        }
        if (throwsNext) {
            throwsNext = false;
            held.add(new Held(session, msg));
            throw new Mishap();
        }
        if (holds) {
            held.add(new Held(session, msg));
        } else {
            answer(new Held(session, msg));
        }
    }

    private void answer(final Held request) {
        final Msg msg = request.msg;
        final long id = Letter.id(msg);
        final int length = Letter.answerLength(id, msg.out().limit(), msg.out().capacity());
        msg.out().clear();
        Letter.write(msg.out(), id, length);
        if (front) {
            ledger.answered(id);
        }
        try {
            request.session.sendResponse(msg);
        } catch (final SessionClosedException e) {
            request.session.discardRequest(msg);
        }
    }

    void answer(final int which) {
        if (!held.isEmpty()) {
            answer(held.remove(which % held.size()));
        }
    }

    void answerBackwards() {
        while (!held.isEmpty()) {
            answer(held.remove(held.size() - 1));
        }
    }

    void discard(final int which) {
        if (!held.isEmpty()) {
            final Held request = held.remove(which % held.size());
            request.session.discardRequest(request.msg);
        }
    }

    void closeSession(final int which) {
        if (!sessions.isEmpty()) {
            sessions.get(which % sessions.size()).close();
        }
    }

    @Override
    public void onRequestRefused(final ServerSession session, final int length) {
        check(session, "onRequestRefused");
        errors++;
    }

    @Override
    public void onMsgError(final ServerSession session, final Msg msg, final EventReason reason) {
        check(session, "onMsgError");
        errors++;
    }

    @Override
    public void onClosing(final ServerSession session, final int count, final EventReason reason) {
        check(session, "onClosing");
        final long own = held.stream().filter(each -> each.session.equals(session)).count();
        if (own != count) {
            wrong("asked for %d messages, has %d".formatted(count, own));
        }
    }

    @Override
    public void onClosed(final ServerSession session, final SessionClosed event) {
        check(session, "onClosed");
        closed.add(session);
    }

    boolean isAllClosed() {
        return closed.containsAll(sessions);
    }

    private void check(final ServerSession session, final String call) {
        if (closed.contains(session)) {
            wrong(call + " after CLOSED");
        }
        if (!session.eventQueue().inEventLoop()) {
            wrong(call + " outside of the loop");
        }
    }

    private void wrong(final String what) {
        ledger.wrong(name + ": " + what);
    }

    @Override
    public String toString() {
        return "%s (%d requests, %d failed, %d held, %d of %d sessions closed)"
                .formatted(name, requests, errors, held.size(), closed.size(), sessions.size());
    }
}
