// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.SessionClosed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A client's handler that writes down each call, and what is wrong about it: a message that comes
 * back twice or was never sent, a call after the last. Each call is recorded, then the hook of its
 * kind is run, and then the message is released, unless {@link #keepMessages()} was called.
 */
public final class RecordingClient implements ClientSession.Handler {
    private final List<Event> events = new ArrayList<>();
    private final List<String> wrongs = new ArrayList<>();
    private final List<Msg> kept = new ArrayList<>();
    private final List<Object> contexts = new ArrayList<>();
    private final Set<Msg> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean keep;
    private final AtomicInteger responses = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();
    private volatile boolean established;
    private volatile SessionClosed closed;
    private Consumer<ClientSession> onEstablished = session -> {};
    private BiConsumer<ClientSession, Msg> onResponse = (session, msg) -> {};
    private BiConsumer<ClientSession, Msg> onError = (session, msg) -> {};
    private Consumer<ClientSession> onClosed = session -> {};

    /**
     * Sends, and expects the message back exactly once.
     *
     * @param session the session.
     * @param msg the message.
     */
    public void send(final ClientSession session, final Msg msg) {
        session.sendRequest(msg);
        open.add(msg);
    }

    /**
     * Sends with a deadline, and expects the message back exactly once.
     *
     * @param session the session.
     * @param msg the message.
     * @param timeoutNs the deadline.
     */
    public void send(final ClientSession session, final Msg msg, final long timeoutNs) {
        session.sendRequest(msg, timeoutNs);
        open.add(msg);
    }

    /**
     * From now on messages that come back are kept, see {@link #kept()}.
     *
     * @return this.
     */
    public RecordingClient keepMessages() {
        keep = true;
        return this;
    }

    /**
     * What else to do when the session is established.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingClient whenEstablished(final Consumer<ClientSession> hook) {
        onEstablished = hook;
        return this;
    }

    /**
     * What else to do with a response.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingClient whenResponse(final BiConsumer<ClientSession, Msg> hook) {
        onResponse = hook;
        return this;
    }

    /**
     * What else to do with a message that failed.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingClient whenError(final BiConsumer<ClientSession, Msg> hook) {
        onError = hook;
        return this;
    }

    /**
     * What else to do at the end.
     *
     * @param hook what to do.
     * @return this.
     */
    public RecordingClient whenClosed(final Consumer<ClientSession> hook) {
        onClosed = hook;
        return this;
    }

    @Override
    public void onEstablished(final ClientSession session) {
        record(new Event(Event.Kind.ESTABLISHED, null, 0));
        if (established) {
            wrongs.add("established twice");
        }
        established = true;
        onEstablished.accept(session);
    }

    @Override
    public void onResponse(final ClientSession session, final Msg msg) {
        comesBack(msg);
        record(new Event(Event.Kind.RESPONSE, null, msg.in().limit()));
        contexts.add(msg.userContext());
        if (msg.in().position() != 0) {
            wrongs.add("a response's IN is at position " + msg.in().position());
        }
        responses.incrementAndGet();
        keepOrRelease(session, msg, onResponse);
    }

    @Override
    public void onMsgError(final ClientSession session, final Msg msg, final EventReason reason) {
        comesBack(msg);
        record(new Event(Event.Kind.MSG_ERROR, reason, 0));
        errors.incrementAndGet();
        keepOrRelease(session, msg, onError);
    }

    @Override
    public void onClosed(final ClientSession session, final SessionClosed event) {
        record(new Event(Event.Kind.CLOSED, event.reason(), 0));
        if (!open.isEmpty()) {
            wrongs.add(open.size() + " messages had not come back before CLOSED");
        }
        if (event.detail().isEmpty()) {
            wrongs.add("CLOSED has no detail");
        }
        closed = event;
        onClosed.accept(session);
    }

    private void comesBack(final Msg msg) {
        if (!open.remove(msg)) {
            wrongs.add("a message came back that wasn't out: " + msg);
        }
    }

    private void keepOrRelease(
            final ClientSession session, final Msg msg, final BiConsumer<ClientSession, Msg> hook) {
        if (keep) {
            kept.add(msg);
            hook.accept(session, msg);
            return;
        }
        try {
            hook.accept(session, msg);
        } finally {
            // unless the hook sent it again
            if (!open.contains(msg)) {
                msg.release();
            }
        }
    }

    private void record(final Event event) {
        if (closed != null) {
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
     * The reasons of the messages that failed, in order.
     *
     * @return a copy.
     */
    public List<EventReason> errorReasons() {
        return events.stream()
                .filter(event -> event.kind() == Event.Kind.MSG_ERROR)
                .map(Event::reason)
                .toList();
    }

    /**
     * The user contexts of the responses, in order.
     *
     * @return a copy.
     */
    public List<Object> contexts() {
        return new ArrayList<>(contexts);
    }

    /**
     * The messages that came back and were kept; it may be emptied.
     *
     * @return the list itself.
     */
    public List<Msg> kept() {
        return kept;
    }

    /** Releases what was kept. */
    public void releaseKept() {
        kept.forEach(Msg::release);
        kept.clear();
    }

    /**
     * Responses so far.
     *
     * @return their number.
     */
    public int responses() {
        return responses.get();
    }

    /**
     * Messages that failed so far.
     *
     * @return their number.
     */
    public int errors() {
        return errors.get();
    }

    /**
     * Was the session established?
     *
     * @return whether it was.
     */
    public boolean isEstablished() {
        return established;
    }

    /**
     * Is the session closed?
     *
     * @return whether it is.
     */
    public boolean isClosed() {
        return closed != null;
    }

    /**
     * The last event.
     *
     * @return null before it.
     */
    public SessionClosed closed() {
        return closed;
    }

    /** Asserts that all calls were as they must be, and that no message is out if it is closed. */
    public void assertSound() {
        assertThat(wrongs).as("what was wrong at the client, of %s", events).isEmpty();
    }

    /**
     * Asserts why the session closed.
     *
     * @param reason the reason that is right.
     */
    public void assertClosed(final EventReason reason) {
        assertThat(closed).as("CLOSED event").isNotNull();
        assertThat(closed.reason()).as("why it closed: %s", closed).isEqualTo(reason);
    }

    @Override
    public String toString() {
        return "client " + events + (wrongs.isEmpty() ? "" : ", wrong: " + wrongs);
    }
}
