// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A server's handler, for one session or many, that writes down each call and what is wrong about
 * it. Unless it is told otherwise it answers each request with a copy of it.
 */
public final class RecordingServer implements ServerSession.Handler {
    private final List<Event> events = new ArrayList<>();
    private final List<String> wrongs = new ArrayList<>();
    private final List<Held> held = new ArrayList<>();
    private final Map<ServerSession, SessionClosed> closed = new HashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger closedSessions = new AtomicInteger();
    private BiConsumer<ServerSession, Msg> onRequest = RecordingServer::echo;
    private Consumer<ServerSession> onRefused = session -> {};
    private BiConsumer<ServerSession, Msg> onError = (session, msg) -> {};
    private Consumer<ServerSession> onClosing = session -> {};
    private Consumer<ServerSession> onClosed = session -> {};

    /**
     * A request that waits for its answer.
     *
     * @param session whose it is.
     * @param msg the request.
     */
    public record Held(ServerSession session, Msg msg) {
        /** Answers with a copy. */
        public void echo() {
            RecordingServer.echo(session, msg);
        }

        /** Refuses to answer. */
        public void discard() {
            session.discardRequest(msg);
        }
    }

    /**
     * Answers a request with a copy of it.
     *
     * @param session whose it is.
     * @param msg the request.
     */
    public static void echo(final ServerSession session, final Msg msg) {
        msg.out().put(msg.in());
        session.sendResponse(msg);
    }

    /**
     * From now on requests are kept, see {@link #held()}.
     *
     * @return this.
     */
    public RecordingServer hold() {
        return whenRequest((session, msg) -> held.add(new Held(session, msg)));
    }

    /**
     * From now on requests are echoed.
     *
     * @return this.
     */
    public RecordingServer echo() {
        return whenRequest(RecordingServer::echo);
    }

    /**
     * What to do with a request, instead of answering it with a copy.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingServer whenRequest(final BiConsumer<ServerSession, Msg> hook) {
        onRequest = hook;
        return this;
    }

    /**
     * What to do when a request was refused.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingServer whenRefused(final Consumer<ServerSession> hook) {
        onRefused = hook;
        return this;
    }

    /**
     * What to do when an answer failed.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingServer whenError(final BiConsumer<ServerSession, Msg> hook) {
        onError = hook;
        return this;
    }

    /**
     * What to do when the session closes and asks for messages.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingServer whenClosing(final Consumer<ServerSession> hook) {
        onClosing = hook;
        return this;
    }

    /**
     * What to do at the end of a session.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingServer whenClosed(final Consumer<ServerSession> hook) {
        onClosed = hook;
        return this;
    }

    @Override
    public void onRequest(final ServerSession session, final Msg msg) {
        record(session, new Event(Event.Kind.REQUEST, null, msg.in().limit()));
        if (msg.in().position() != 0) {
            wrongs.add("a request's IN is at position " + msg.in().position());
        }
        if (msg.out().position() != 0) {
            wrongs.add("a request's OUT is at position " + msg.out().position());
        }
        requests.incrementAndGet();
        onRequest.accept(session, msg);
    }

    @Override
    public void onRequestRefused(final ServerSession session, final int length) {
        record(session, new Event(Event.Kind.REFUSED, null, length));
        onRefused.accept(session);
    }

    @Override
    public void onMsgError(final ServerSession session, final Msg msg, final EventReason reason) {
        record(session, new Event(Event.Kind.MSG_ERROR, reason, 0));
        onError.accept(session, msg);
    }

    @Override
    public void onClosing(final ServerSession session, final int count, final EventReason reason) {
        record(session, new Event(Event.Kind.CLOSING, reason, count));
        if (count < 1) {
            wrongs.add("asked for " + count + " messages");
        }
        onClosing.accept(session);
    }

    @Override
    public void onClosed(final ServerSession session, final SessionClosed event) {
        record(session, new Event(Event.Kind.CLOSED, event.reason(), 0));
        if (event.detail().isEmpty()) {
            wrongs.add("CLOSED has no detail");
        }
        closed.put(session, event);
        closedSessions.incrementAndGet();
        onClosed.accept(session);
    }

    private void record(final ServerSession session, final Event event) {
        if (closed.containsKey(session)) {
            wrongs.add(event + " after CLOSED");
        }
        events.add(event);
    }

    /**
     * All calls, in order.
     *
     * @return a copy.
     */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /**
     * All calls of a kind, in order.
     *
     * @param kind the kind.
     * @return a copy.
     */
    public List<Event> events(final Event.Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).toList();
    }

    /**
     * The requests that wait for an answer; it may be changed.
     *
     * @return the list itself.
     */
    public List<Held> held() {
        return held;
    }

    /** Answers the oldest of them with a copy. */
    public void echoFirst() {
        held.remove(0).echo();
    }

    /** Refuses to answer all of them. */
    public void discardHeld() {
        final List<Held> all = List.copyOf(held);
        held.clear();
        all.forEach(Held::discard);
    }

    /**
     * Requests so far.
     *
     * @return their number.
     */
    public int requests() {
        return requests.get();
    }

    /**
     * Sessions that are closed.
     *
     * @return their number.
     */
    public int closedSessions() {
        return closedSessions.get();
    }

    /** Asserts that all calls were as they must be. */
    public void assertSound() {
        assertThat(wrongs).as("what was wrong at the server, of %s", events).isEmpty();
    }

    /**
     * Asserts why the one session closed.
     *
     * @param reason the reason that is right.
     */
    public void assertClosed(final EventReason reason) {
        assertThat(closed.values()).as("CLOSED events").hasSize(1);
        final SessionClosed event = closed.values().iterator().next();
        assertThat(event.reason()).as("why it closed: %s", event).isEqualTo(reason);
    }

    @Override
    public String toString() {
        return "server " + events + (wrongs.isEmpty() ? "" : ", wrong: " + wrongs);
    }
}
