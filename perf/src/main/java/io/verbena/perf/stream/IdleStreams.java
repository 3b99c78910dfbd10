// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.SessionClosed;
import io.verbena.SessionOptions;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Streams that are open and say nothing, as a listener sees them: their client ends are sessions of
 * one event queue, so that thousands of them fit into a process beside the listener.
 */
final class IdleStreams implements AutoCloseable {
    /** So many are connected at a time: a listener's backlog isn't endless. */
    private static final int AT_ONCE = 64;

    private static final long TIMEOUT_NS = 10_000_000_000L;
    private static final long TURN_NS = 100_000_000;

    private final EventQueueHandler eventQueue =
            EventQueueHandler.open(
                    EventQueueOptions.defaults()
                            .withIdlePolicy(IdlePolicy.BLOCK)
                            .withCloseTimeoutNs(TIMEOUT_NS));
    private final Counting counting = new Counting();

    private IdleStreams() {}

    /** Opens so many, and returns when the listener has accepted them all. */
    static IdleStreams open(final URI uri, final int count) {
        final IdleStreams opened = new IdleStreams();
        try {
            opened.connectAll(uri, count);
            return opened;
        } catch (final RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void connectAll(final URI uri, final int count) {
        final ConnectOptions options =
                ConnectOptions.defaults()
                        .withSession(SessionOptions.defaults().withKeepaliveIntervalNs(0));
        int begun = 0;
        final long deadlineNs = System.nanoTime() + TIMEOUT_NS + count * 1_000_000L;
        while (counting.established < count) {
            while (begun < count && begun - counting.established < AT_ONCE) {
                ClientSession.connect(eventQueue, uri, counting, options);
                begun++;
            }
            eventQueue.runEventLoop(AT_ONCE, TURN_NS);
            stillThere();
            if (System.nanoTime() - deadlineNs >= 0) {
                throw new IllegalStateException(
                        "only %d of %d idle streams could be opened in time"
                                .formatted(counting.established, count));
            }
        }
    }

    /** Fails if one of them has ended by itself. */
    void stillThere() {
        eventQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, 0);
        final SessionClosed end = counting.end;
        if (end != null) {
            throw new IllegalStateException(
                    "an idle stream has ended: %s, %s".formatted(end.reason(), end.detail()));
        }
    }

    @Override
    public void close() {
        eventQueue.close();
    }

    private static final class Counting implements ClientSession.Handler {
        private int established;
        private @Nullable SessionClosed end;

        @Override
        public void onEstablished(final ClientSession session) {
            established++;
        }

        @Override
        public void onResponse(final ClientSession session, final Msg msg) {
            throw new AssertionError("nothing was asked");
        }

        @Override
        public void onClosed(final ClientSession session, final SessionClosed event) {
            end = event;
        }
    }
}
