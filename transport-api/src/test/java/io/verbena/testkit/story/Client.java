// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.story;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.QueueOverflowException;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.SessionState;
import java.util.HashSet;
import java.util.Set;

/** A session's client end, and what is known of it. */
final class Client implements ClientSession.Handler {
    private final int number;
    private final EventQueueHandler queue;
    private final MsgPool pool;
    private final Ledger ledger;
    private final Set<Long> open = new HashSet<>();
    private ClientSession session;
    private int sequence;
    private int lastPlace = -1;
    private int chained;
    private boolean throwsNext;
    private boolean closesNext;
    private boolean established;
    private boolean harmed;
    private SessionClosed closed;
    private int responses;
    private int errors;

    Client(
            final int number,
            final EventQueueHandler queue,
            final MsgPool pool,
            final Ledger ledger) {
        this.number = number;
        this.queue = queue;
        this.pool = pool;
        this.ledger = ledger;
    }

    void session(final ClientSession made) {
        session = made;
    }

    ClientSession session() {
        return session;
    }

    EventQueueHandler queue() {
        return queue;
    }

    boolean isClosed() {
        return closed != null;
    }

    boolean isSettled() {
        return closed != null || session.inFlight() == 0;
    }

    /** Something happened to it that excuses how it ends. */
    void harm() {
        harmed = true;
    }

    boolean isHarmed() {
        return harmed;
    }

    /** It is closed, or about to be. */
    boolean isClosing() {
        return session().state().compareTo(SessionState.CLOSING) >= 0;
    }

    /** It was closed with nothing in its way, by itself if not by its server before. */
    void checkClosedInGoodOrder() {
        switch (closed.reason()) {
            case CLOSED_BY_SELF, CLOSED_BY_PEER, HANDLER_FAILED, REJECTED -> {}
            default -> wrong("closed with nothing in its way");
        }
    }

    int responses() {
        return responses;
    }

    int errors() {
        return errors;
    }

    void send(final int length, final long timeoutNs) {
        final Msg msg = queue.isClosed() ? null : pool.tryTake();
        if (msg == null) {
            return;
        }
        final long id = Ledger.id(number, sequence);
        Letter.write(msg.out(), id, Math.max(Letter.LEAST, Math.min(length, pool.outBytes())));
        msg.userContext(id);
        if (transmit(msg, timeoutNs)) {
            sequence++;
            open.add(id);
        } else {
            msg.release();
        }
    }

    private boolean transmit(final Msg msg, final long timeoutNs) {
        try {
            if (timeoutNs > 0) {
                session.sendRequest(msg, timeoutNs);
            } else {
                session.sendRequest(msg);
            }
            return true;
        } catch (final QueueOverflowException | SessionClosedException e) {
            return false;
        }
    }

    void chain(final int count) {
        chained = count;
    }

    void throwNext() {
        throwsNext = true;
    }

    void closeNext() {
        closesNext = true;
    }

    @Override
    public void onEstablished(final ClientSession which) {
        check(which, "onEstablished");
        if (established) {
            wrong("established twice");
        }
        established = true;
        misbehave();
    }

    @Override
    public void onResponse(final ClientSession which, final Msg msg) {
        check(which, "onResponse");
        responses++;
        final long id = (Long) msg.userContext();
        complete(id);
        final String wrong = Letter.wrong(msg);
        if (wrong != null) {
            wrong("the response to %#x: %s".formatted(id, wrong));
        } else if (Letter.id(msg) != id) {
            wrong("the response to %#x is that to %#x".formatted(id, Letter.id(msg)));
        }
        final int place = ledger.placeOfAnswer(id);
        if (place <= lastPlace) {
            wrong("the response to %#x is number %d after %d".formatted(id, place, lastPlace));
        }
        lastPlace = place;
        final int length = msg.out().position();
        msg.release();
        if (chained > 0) {
            chained--;
            send(length, 0);
        }
        misbehave();
    }

    @Override
    public void onMsgError(final ClientSession which, final Msg msg, final EventReason reason) {
        check(which, "onMsgError");
        errors++;
        complete((Long) msg.userContext());
        msg.release();
        misbehave();
    }

    @Override
    public void onClosed(final ClientSession which, final SessionClosed event) {
        check(which, "onClosed");
        if (!open.isEmpty()) {
            wrong("%d requests had no end before CLOSED".formatted(open.size()));
        }
        closed = event;
        misbehave();
    }

    private void complete(final long id) {
        if (!open.remove(id)) {
            wrong("request %#x came back, but was not out".formatted(id));
        }
    }

    private void check(final ClientSession which, final String call) {
        if (which != session && session != null) {
            wrong(call + " for another session");
        }
        if (closed != null) {
            wrong(call + " after CLOSED");
        }
        if (!queue.inEventLoop()) {
            wrong(call + " outside of the loop");
        }
    }

    private void misbehave() {
        if (closesNext && session != null) {
            closesNext = false;
            session.close();
        }
        if (throwsNext) {
            throwsNext = false;
            throw new Mishap();
        }
    }

    private void wrong(final String what) {
        ledger.wrong(this + ": " + what);
    }

    @Override
    public String toString() {
        return "client %d (%d answered, %d failed, %d open, %s)"
                .formatted(number, responses, errors, open.size(), closed);
    }
}
