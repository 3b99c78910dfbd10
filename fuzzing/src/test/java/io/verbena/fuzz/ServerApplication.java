// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.SessionRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The application of a server under attack, and the judge of what it is told: one refusal, or a
 * session that ends once for a reason that can be true.
 */
final class ServerApplication implements ServerSession.Handler {
    private static final int UNDECIDED = 7;

    /** Why a session with a hostile client may end, and why a connection may never become one. */
    private static final Set<EventReason> TRUE_REASONS =
            EnumSet.of(
                    EventReason.CLOSED_BY_SELF,
                    EventReason.CLOSED_BY_PEER,
                    EventReason.KEEPALIVE_TIMEOUT,
                    EventReason.PEER_STALLED,
                    EventReason.CLOSE_TIMEOUT,
                    EventReason.HELLO_TIMEOUT,
                    EventReason.PROTOCOL_ERROR,
                    EventReason.VERSION_MISMATCH,
                    EventReason.TLS_FAILED,
                    EventReason.AUTHENTICATION_FAILED,
                    EventReason.TRANSPORT_ERROR,
                    EventReason.HANDLER_FAILED,
                    EventReason.LIMIT_REACHED);

    private final World world;

    /** What is done with requests. */
    private final int answering;

    private final boolean forwards;
    private final boolean closes;
    private final boolean rejects;

    private final ArrayDeque<Msg> held = new ArrayDeque<>();
    private final List<EventReason> ends = new ArrayList<>();
    private final List<String> wrongs = new ArrayList<>();
    private boolean asked;
    private boolean rejected;
    private SessionRequest undecided;
    private ServerSession session;
    private int requests;

    ServerApplication(final World world, final int manners) {
        this.world = world;
        answering = manners & 7;
        forwards = (manners & 8) != 0;
        closes = (manners & 16) != 0;
        rejects = (manners & 0xe0) == 0xe0;
    }

    void onSessionNew(final SessionRequest request, final ServerPortal worker) {
        if (asked) {
            wrongs.add("asked twice about one connection");
        }
        asked = true;
        if (!request.uri().toString().startsWith(world.portal.uri().toString())) {
            wrongs.add("a client of %s asks for %s".formatted(world.portal.uri(), request.uri()));
        }
        if (rejects) {
            rejected = true;
            request.reject(request.pathAndQuery().length(), "not here");
        } else if (forwards) {
            request.forward(worker);
        } else if (answering == UNDECIDED) {
            undecided = request;
        } else {
            request.accept(this);
        }
    }

    void onSessionRefused(final EventReason reason) {
        end(reason);
    }

    @Override
    public void onRequest(final ServerSession from, final Msg msg) {
        live("a request");
        session = from;
        requests++;
        if (msg.in().position() != 0 || msg.in().remaining() > World.CAPACITY) {
            wrongs.add("a request's IN is " + msg.in());
        }
        if (closes && requests == 2) {
            from.close();
        }
        switch (answering) {
            case 0 -> echo(from, msg);
            case 1 -> held.add(msg);
            case 2 -> {
                held.add(msg);
                if (held.size() > 1) {
                    echo(from, held.remove());
                }
            }
            case 3 -> from.discardRequest(msg);
            case 4 -> {
                held.add(msg);
                if (requests % 2 == 0) {
                    throw new Deliberate();
                }
            }
            case 5 -> {
                msg.out().position(msg.out().limit());
                from.sendResponse(msg);
            }
            default -> {
                held.addFirst(msg);
                if (requests % 3 == 0) {
                    answerHeld();
                }
            }
        }
    }

    private void echo(final ServerSession to, final Msg msg) {
        msg.out().put(msg.in().limit(Math.min(msg.in().limit(), msg.out().limit())));
        try {
            to.sendResponse(msg);
        } catch (final SessionClosedException e) {
            to.discardRequest(msg);
        }
    }

    private void answerHeld() {
        while (!held.isEmpty()) {
            echo(session, held.remove());
        }
    }

    @Override
    public void onRequestRefused(final ServerSession from, final int length) {
        live("a refused request");
        if (length <= World.CAPACITY || length > World.MAX_PAYLOAD) {
            wrongs.add("a request of %d bytes was refused".formatted(length));
        }
    }

    @Override
    public void onMsgError(final ServerSession from, final Msg msg, final EventReason reason) {
        live("a failed answer");
    }

    @Override
    public void onClosing(final ServerSession from, final int count, final EventReason reason) {
        live("the call for messages");
        if (count != held.size()) {
            wrongs.add("asked for %d messages of %d".formatted(count, held.size()));
        }
        session = from;
        answerHeld();
    }

    @Override
    public void onClosed(final ServerSession from, final SessionClosed event) {
        if (!held.isEmpty()) {
            wrongs.add("CLOSED with %d messages held".formatted(held.size()));
        }
        if (event.detail().isEmpty()) {
            wrongs.add("CLOSED without a detail");
        }
        end(event.reason());
    }

    private void live(final String what) {
        if (!ends.isEmpty()) {
            wrongs.add(what + " after the end");
        }
    }

    private void end(final EventReason reason) {
        if (!TRUE_REASONS.contains(reason)) {
            wrongs.add("it ended for " + reason);
        }
        ends.add(reason);
    }

    boolean isAsked() {
        return asked;
    }

    boolean isOver() {
        return !ends.isEmpty() || rejected;
    }

    void assertSound() {
        if (undecided != null && undecided.isOpen()) {
            wrongs.add("the request outlives its connection");
        }
        if (ends.size() != (rejected ? 0 : 1)) {
            wrongs.add("%d ends".formatted(ends.size()));
        }
        if (!wrongs.isEmpty()) {
            throw new AssertionError("the server's application was told wrongly: " + wrongs);
        }
    }

    @Override
    public String toString() {
        return "%s%d requests, %d held, ended for %s"
                .formatted(asked ? "" : "not asked, ", requests, held.size(), ends);
    }
}
