// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.bridge;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.SessionRequest;
import io.verbena.SessionState;
import io.verbena.VerbenaException;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream: a session that came in, the front, and one to the other side, the back. A message
 * that came in at the front leaves at the back from where it is, and its answer arrives where it is
 * sent on from. On the thread of one event queue.
 *
 * <p>The front is accepted when the back is established, so whoever connects hears at once if there
 * is nobody at the other side. Whichever ends first ends the other.
 */
final class BridgedStream implements ServerSession.Handler, ClientSession.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(BridgedStream.class);

    private final Tally tally;
    private final SessionRequest request;
    private final String from;
    private @Nullable ClientSession back;
    private @Nullable ServerSession front;

    /** The end that came first, and is the reason of the other's. */
    private @Nullable SessionClosed end;

    private BridgedStream(final Tally tally, final SessionRequest request) {
        this.tally = tally;
        this.request = request;
        from = request.remoteAddress();
    }

    /** Begins to carry a stream. */
    static void begin(
            final SessionRequest request,
            final EventQueueHandler eventQueue,
            final URI to,
            final BridgeOptions options,
            final Tally tally) {
        final BridgedStream stream = new BridgedStream(tally, request);
        try {
            stream.back = ClientSession.connect(eventQueue, to, stream, options.connect());
        } catch (final VerbenaException e) {
            stream.turnAway(e.reason(), String.valueOf(e.getMessage()));
        } catch (final IllegalArgumentException e) {
            stream.turnAway(EventReason.UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    private void turnAway(final EventReason reason, final String detail) {
        tally.refused.increment();
        LOG.warn("{} is turned away: {}", from, detail);
        request.reject(reason.code(), detail);
    }

    // ---- the back

    @Override
    public void onEstablished(final ClientSession session) {
        if (!request.isOpen()) {
            // Its client has gone, or the time to decide is over; the portal has counted it.
            session.close();
            return;
        }
        tally.accepted.increment();
        front = request.accept(this);
    }

    @Override
    public void onResponse(final ClientSession session, final Msg mirror) {
        final Msg msg = mirror.mirror();
        tally.responses.increment();
        tally.responseBytes.add(mirror.in().limit());
        final ServerSession asker = Objects.requireNonNull(front, "it has asked");
        try {
            asker.sendResponse(msg);
        } catch (final SessionClosedException e) {
            // Its end is told by onClosed.
            asker.discardRequest(msg);
        }
    }

    @Override
    public void onMsgError(
            final ClientSession session, final Msg mirror, final EventReason reason) {
        refuse(mirror.mirror());
    }

    private void refuse(final Msg msg) {
        // Streams go on after nothing that isn't answered. Closed first, it ends as it is to.
        final ServerSession asker = Objects.requireNonNull(front, "it has asked");
        asker.close();
        asker.discardRequest(msg);
    }

    @Override
    public void onClosed(final ClientSession session, final SessionClosed event) {
        final ServerSession other = front;
        if (other != null) {
            noteEnd(event, "to " + session.uri());
            other.close();
        } else if (request.isOpen()) {
            turnAway(event.reason(), event.detail());
        }
    }

    // ---- the front

    @Override
    public void onRequest(final ServerSession session, final Msg msg) {
        tally.requests.increment();
        tally.requestBytes.add(msg.in().limit());
        final ClientSession to = Objects.requireNonNull(back, "connected first");
        try {
            to.sendRequest(msg.mirror());
        } catch (final SessionClosedException e) {
            refuse(msg);
        } catch (final IllegalArgumentException e) {
            // The other side takes less at a time than this: there is no way to say it smaller.
            end =
                    SessionClosed.of(
                            EventReason.REQUEST_TOO_LARGE, String.valueOf(e.getMessage()), e);
            count(end, "from " + from);
            refuse(msg);
        }
    }

    @Override
    public void onClosing(final ServerSession session, final int count, final EventReason reason) {
        // What is held comes back with the back's end.
        close(back);
    }

    @Override
    public void onClosed(final ServerSession session, final SessionClosed event) {
        tally.ended.increment();
        noteEnd(event, "from " + from);
        close(back);
    }

    private static void close(final @Nullable ClientSession session) {
        if (session != null && session.state() != SessionState.CLOSED) {
            session.close();
        }
    }

    // ---- the end

    private void noteEnd(final SessionClosed event, final String leg) {
        if (end == null) {
            end = event;
            count(event, leg);
        }
    }

    private void count(final SessionClosed event, final String leg) {
        switch (event.reason()) {
            case CLOSED_BY_PEER, CLOSED_BY_SELF, EVENT_QUEUE_CLOSED, DISCARDED -> {
                // As one end wanted it.
            }
            default -> {
                tally.lost.increment();
                LOG.warn(
                        "The leg {} is lost, and the other one is closed: {}: {}",
                        leg,
                        event.reason(),
                        event.detail());
            }
        }
    }
}
