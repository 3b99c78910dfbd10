// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventReason;
import io.verbena.spi.PollerContext.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sessions and portals that live on an event queue, and the one timer that keeps all of the
 * sessions alive: a thousand idle sessions wake their thread no more often than one.
 */
final class Residents {
    private static final long MIN_PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long MAX_PERIOD_NS = TimeUnit.SECONDS.toNanos(1);

    /** Heartbeats are late by a quarter of their interval at most. */
    private static final int PERIODS_PER_INTERVAL = 4;

    private final EventQueue queue;
    private final List<AbstractSession> sessions = new ArrayList<>();
    private final List<Portal> portals = new ArrayList<>();
    private long periodNs = MAX_PERIOD_NS;
    private @Nullable Timer heartbeat;
    private long lastNumber;

    Residents(final EventQueue queue) {
        this.queue = queue;
    }

    /** Returns the session's number. */
    long add(final AbstractSession session) {
        session.residence = sessions.size();
        sessions.add(session);
        return ++lastNumber;
    }

    void remove(final AbstractSession session) {
        final int index = session.residence;
        final AbstractSession last = sessions.remove(sessions.size() - 1);
        if (last != session) {
            sessions.set(index, last);
            last.residence = index;
        }
        if (sessions.isEmpty() && heartbeat != null) {
            heartbeat.cancel();
            heartbeat = null;
            periodNs = MAX_PERIOD_NS;
        }
    }

    /** A session wants its heart to beat that often; 0 for not at all. */
    void keepAlive(final long intervalNs) {
        if (intervalNs <= 0) {
            return;
        }
        final long wanted = periodFor(intervalNs);
        if (heartbeat == null || wanted < periodNs) {
            if (heartbeat != null) {
                heartbeat.cancel();
            }
            periodNs = wanted;
            heartbeat = queue.schedule(periodNs, this::beat);
        }
    }

    private static long periodFor(final long intervalNs) {
        return Math.min(MAX_PERIOD_NS, Math.max(MIN_PERIOD_NS, intervalNs / PERIODS_PER_INTERVAL));
    }

    private void beat() {
        heartbeat = queue.schedule(periodNs, this::beat);
        long shortestNs = Long.MAX_VALUE;
        final long nowNs = queue.cycleTimeNs();
        // Backwards, as a session that ends is replaced by the last one, which has had its turn.
        for (int i = sessions.size() - 1; i >= 0; i--) {
            if (i < sessions.size()) {
                final AbstractSession session = sessions.get(i);
                final long intervalNs = session.heartIntervalNs();
                shortestNs = intervalNs > 0 ? Math.min(shortestNs, intervalNs) : shortestNs;
                session.beat(nowNs);
            }
        }
        // Who wanted to hear this side most often may be gone, and nobody is to be woken for
        // nothing.
        periodNs = periodFor(shortestNs);
    }

    /** A pool was bound: sessions whose window it widens are told. */
    void grantMore() {
        for (final AbstractSession session : sessions) {
            if (session instanceof ServerHalf server) {
                server.grantMore();
            }
        }
    }

    void add(final Portal portal) {
        portals.add(portal);
    }

    /** Whether it was still there. */
    boolean remove(final Portal portal) {
        return portals.remove(portal);
    }

    boolean isEmpty() {
        return sessions.isEmpty() && portals.isEmpty();
    }

    /** Closes all, in good order. */
    void closeAll() {
        List.copyOf(portals).forEach(Portal::close);
        List.copyOf(sessions)
                .forEach(
                        session ->
                                session.closeBecause(
                                        EventReason.EVENT_QUEUE_CLOSED,
                                        "the event queue was closed",
                                        null));
    }

    /** Ends, without their transports, the sessions that still wait for them. */
    void endAll() {
        List.copyOf(sessions)
                .forEach(
                        session ->
                                session.onClosed(
                                        EventReason.EVENT_QUEUE_CLOSED,
                                        "the event queue was closed",
                                        null));
    }

    /** Ends at once what is still there. */
    void abandonAll() {
        List.copyOf(sessions).forEach(AbstractSession::abandon);
        List.copyOf(portals).forEach(Portal::abandon);
    }
}
