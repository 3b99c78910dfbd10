// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The application of a client under attack, and the judge of what it is told: each request comes
 * back once, and then the session ends once for a reason that can be true.
 */
final class ClientApplication implements ClientSession.Handler {
    /** Requests that are sent before there is a session. */
    private static final int[] FIRST = {0, 8, 100, World.CAPACITY};

    /** Those that are sent on answers. */
    private static final int MOST = 12;

    private static final int LATER_BYTES = 64;

    private static final Set<EventReason> TRUE_REASONS =
            EnumSet.of(
                    EventReason.CLOSED_BY_SELF,
                    EventReason.CLOSED_BY_PEER,
                    EventReason.REJECTED,
                    EventReason.REFUSED,
                    EventReason.CONNECT_TIMEOUT,
                    EventReason.KEEPALIVE_TIMEOUT,
                    EventReason.PEER_STALLED,
                    EventReason.CLOSE_TIMEOUT,
                    EventReason.HELLO_TIMEOUT,
                    EventReason.PROTOCOL_ERROR,
                    EventReason.LIMIT_REACHED,
                    EventReason.VERSION_MISMATCH,
                    EventReason.TLS_FAILED,
                    EventReason.AUTHENTICATION_FAILED,
                    EventReason.TRANSPORT_ERROR,
                    EventReason.HANDLER_FAILED);

    private final World world;
    private final int sends;
    private final boolean sendsOn;
    private final boolean closes;
    private final boolean throwsUp;
    private final boolean isHasty;
    private final List<String> wrongs = new ArrayList<>();
    private ClientSession session;
    private int sent;
    private int back;
    private boolean established;
    private SessionClosed end;

    ClientApplication(final World world, final int manners) {
        this.world = world;
        sends = manners & 3;
        sendsOn = (manners & 4) != 0;
        closes = (manners & 8) != 0;
        throwsUp = (manners & 16) != 0;
        isHasty = (manners & 32) != 0;
    }

    void connect(final URI uri) {
        session = ClientSession.connect(world.clientQueue, uri, this, world.connectOptions());
        for (int i = 0; i <= sends; i++) {
            send(FIRST[i]);
        }
    }

    private void send(final int length) {
        final Msg msg = world.clientPool.take();
        msg.out().position(length);
        try {
            if (isHasty && sent % 2 == 1) {
                session.sendRequest(msg, TimeUnit.SECONDS.toNanos(1));
            } else {
                session.sendRequest(msg);
            }
            sent++;
        } catch (final SessionClosedException | IllegalArgumentException e) {
            // Too late, or more than the server says it accepts: the message is still here.
            msg.release();
        }
    }

    void close() {
        session.close();
    }

    @Override
    public void onEstablished(final ClientSession from) {
        live("ESTABLISHED");
        established = true;
        if (sendsOn) {
            send(LATER_BYTES);
        }
    }

    @Override
    public void onResponse(final ClientSession from, final Msg msg) {
        live("a response");
        if (msg.in().position() != 0 || msg.in().remaining() > World.CAPACITY) {
            wrongs.add("a response's IN is " + msg.in());
        }
        comesBack(msg);
    }

    @Override
    public void onMsgError(final ClientSession from, final Msg msg, final EventReason reason) {
        live("a failed request");
        comesBack(msg);
    }

    private void comesBack(final Msg msg) {
        msg.release();
        back++;
        if (closes && back == 2) {
            session.close();
        }
        if (sendsOn && sent < MOST) {
            send(LATER_BYTES);
        }
        if (throwsUp && back == 3) {
            throw new Deliberate();
        }
    }

    @Override
    public void onClosed(final ClientSession closed, final SessionClosed event) {
        live("CLOSED");
        end = event;
        if (back != sent) {
            wrongs.add("CLOSED, and %d of %d requests are not back".formatted(sent - back, sent));
        }
        if (!TRUE_REASONS.contains(event.reason()) || event.detail().isEmpty()) {
            wrongs.add("it ended for " + event);
        }
    }

    private void live(final String what) {
        if (end != null) {
            wrongs.add(what + " after the end");
        }
    }

    boolean isEstablished() {
        return established;
    }

    boolean isOver() {
        return end != null;
    }

    void assertSound() {
        if (!wrongs.isEmpty()) {
            throw new AssertionError("the client's application was told wrongly: " + wrongs);
        }
    }

    @Override
    public String toString() {
        return "%d requests, %d back, ended: %s".formatted(sent, back, end);
    }
}
