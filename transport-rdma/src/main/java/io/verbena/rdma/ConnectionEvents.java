// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.rdma.verbs.Verbs.Watched;
import io.verbena.spi.PollerContext;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The connection manager's events of an event queue, and whom they concern. They are rare, and cost
 * a system call to ask for, so they are asked for now and then; more often while some are expected.
 */
final class ConnectionEvents {
    /** Polls between two looks at the clock; and while there is to be news, at the events. */
    private static final int POLLS_PER_GLANCE = 16;

    /** Time between two looks at the events, while there is no news to be. */
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Glances between two looks, where the clock stands still, as a test's does. */
    private static final int GLANCES_PER_LOOK = 64;

    /** How long news are expected after a connection was begun, made or ended. */
    private static final long EXPECTANT_NS = TimeUnit.SECONDS.toNanos(1);

    private final PollerContext context;
    private final Verbs verbs;
    private final Registrations registrations;
    private final long waiter;
    private final long channel;
    private final Map<Long, RdmaConnection> connections = new HashMap<>();
    private final Map<Long, RdmaListener> listeners = new HashMap<>();
    private int pollsToGlance;
    private int glancesToLook;
    private long lookedNs;
    private long expectantUntilNs;
    private boolean lookNow;

    ConnectionEvents(
            final PollerContext context,
            final Verbs verbs,
            final Registrations registrations,
            final long waiter)
            throws IOException {
        this.context = context;
        this.verbs = verbs;
        this.registrations = registrations;
        this.waiter = waiter;
        expectantUntilNs = context.nanoTime();
        channel = verbs.createEventChannel();
        try {
            verbs.watch(waiter, Watched.EVENT_CHANNEL, channel);
        } catch (final IOException | RuntimeException e) {
            verbs.destroyEventChannel(channel);
            throw e;
        }
    }

    long channel() {
        return channel;
    }

    void add(final long id, final RdmaConnection connection) {
        connections.put(id, connection);
    }

    void add(final long id, final RdmaListener listener) {
        listeners.put(id, listener);
    }

    void removeConnection(final long id) {
        connections.remove(id);
    }

    void removeListener(final long id) {
        listeners.remove(id);
    }

    /** News are to be expected. */
    void expect() {
        expectantUntilNs = context.nanoTime() + EXPECTANT_NS;
        glancesToLook = 0;
    }

    /** There may be news already. */
    void lookSoon() {
        lookNow = true;
    }

    /** Called at each poll. */
    boolean isTimeToLook() {
        if (lookNow) {
            return true;
        }
        if (--pollsToGlance > 0) {
            return false;
        }
        pollsToGlance = POLLS_PER_GLANCE;
        return --glancesToLook <= 0 || context.nanoTime() - lookedNs >= LOOK_NS;
    }

    int look() {
        lookNow = false;
        lookedNs = context.nanoTime();
        glancesToLook = lookedNs - expectantUntilNs < 0 ? 0 : GLANCES_PER_LOOK;
        int work = 0;
        try {
            for (CmEvent event = verbs.cmEvent(channel);
                    event != null;
                    event = verbs.cmEvent(channel)) {
                work++;
                expect();
                dispatch(event);
            }
            registrations.readEvents();
        } catch (final IOException e) {
            context.report(
                    EventReason.TRANSPORT_ERROR,
                    "the RDMA connection manager failed: " + e.getMessage(),
                    e);
        }
        return work;
    }

    private void dispatch(final CmEvent event) {
        if (event.type() == CmEvent.Type.CONNECT_REQUEST) {
            final RdmaListener listener = listeners.get(event.listenId());
            if (listener == null) {
                verbs.destroyId(event.id());
            } else {
                listener.onRequest(event);
            }
            return;
        }
        final RdmaListener listening = listeners.get(event.id());
        if (listening != null) {
            listening.onEvent(event);
            return;
        }
        final RdmaConnection connection = connections.get(event.id());
        if (connection != null) {
            final Connector connector = connection.connector();
            if (connector != null) {
                connector.onEvent(event);
            } else {
                connection.cmId().onEvent(event);
            }
        }
    }

    /** After the connections: ends the listeners, and the channel. */
    void close() {
        List.copyOf(listeners.values()).forEach(RdmaListener::close);
        verbs.unwatch(waiter, Watched.EVENT_CHANNEL, channel);
        dropRequests();
        verbs.destroyEventChannel(channel);
    }

    /** Connection requests that nobody has looked at have an id each. */
    private void dropRequests() {
        try {
            for (CmEvent event = verbs.cmEvent(channel);
                    event != null;
                    event = verbs.cmEvent(channel)) {
                if (event.type() == CmEvent.Type.CONNECT_REQUEST) {
                    verbs.destroyId(event.id());
                }
            }
        } catch (final IOException e) {
            // It is to be destroyed anyway.
        }
    }
}
