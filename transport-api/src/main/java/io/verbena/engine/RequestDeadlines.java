// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.spi.PollerContext.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of a session's requests. One timer a session, set to a time that is never too late:
 * where most requests are answered in time it fires once a time-out, not once a request.
 */
final class RequestDeadlines {
    private final ClientHalf session;
    private final MsgQueue outbound;
    private final InFlightTable inFlight;

    private @Nullable Timer timer;
    private long timerNs = Long.MAX_VALUE;

    /**
     * Watches nothing yet.
     *
     * @param session is told which requests have no time left.
     * @param outbound its requests that wait to be sent.
     * @param inFlight its requests on the wire.
     */
    RequestDeadlines(
            final ClientHalf session, final MsgQueue outbound, final InFlightTable inFlight) {
        this.session = session;
        this.outbound = outbound;
        this.inFlight = inFlight;
    }

    /** A request with this deadline is about to be sent. */
    void watch(final long deadlineNs) {
        if (deadlineNs < timerNs) {
            schedule(deadlineNs);
        }
    }

    private void schedule(final long deadlineNs) {
        stop();
        timerNs = deadlineNs;
        timer = session.queue.schedule(deadlineNs - session.queue.nanoTime(), this::expire);
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void expire() {
        // From here on, what the call-backs send sets the timer anew where it must.
        timer = null;
        timerNs = Long.MAX_VALUE;
        final long nowNs = session.queue.nanoTime();
        final MsgQueue expired = new MsgQueue();
        outbound.moveExpired(nowNs, expired);
        for (EngineMsg msg = expired.poll(); msg != null; msg = expired.poll()) {
            session.expired(msg);
        }
        long earliest = outbound.earliestDeadlineNs();
        for (int slot = 0; slot < inFlight.slots(); slot++) {
            final EngineMsg msg = inFlight.at(slot);
            if (msg == null || msg.state != EngineMsg.IN_FLIGHT || msg.deadlineNs == 0) {
                continue;
            }
            if (msg.deadlineNs <= nowNs) {
                session.expiredInFlight(msg);
            } else {
                earliest = Math.min(earliest, msg.deadlineNs);
            }
        }
        watch(earliest);
    }
}
