// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import io.verbena.engine.Engine;
import java.net.URI;

/**
 * A listening end, which decides on each new session. All calls belong on the thread of its event
 * queue; from others, use {@link EventQueueHandler#execute}.
 */
public interface ServerPortal extends AutoCloseable {
    /**
     * Listens.
     *
     * @param eventQueue the event queue on which the portal, and the sessions that it accepts,
     *     live.
     * @param uri where: {@code tcp://0.0.0.0:9400}, {@code tcp://[::1]:0}, {@code
     *     unix:///path/of/socket}. Port 0 takes any free port; {@link #uri()} tells which.
     * @param handler who decides.
     * @return the portal, listening.
     * @throws VerbenaException with {@link EventReason#BIND_FAILED}, {@link EventReason#UNRESOLVED}
     *     or {@link EventReason#UNAVAILABLE} if it can't.
     * @throws IllegalArgumentException if the URI can't ever be listened on.
     */
    static ServerPortal listen(
            final EventQueueHandler eventQueue, final URI uri, final Handler handler) {
        return listen(eventQueue, uri, handler, PortalOptions.defaults());
    }

    /**
     * Listens, with options.
     *
     * @param eventQueue the event queue.
     * @param uri where.
     * @param handler who decides.
     * @param options limits, and the options of the sessions.
     * @return the portal, listening.
     * @throws VerbenaException if it can't.
     * @throws IllegalArgumentException if the URI can't ever be listened on.
     */
    static ServerPortal listen(
            final EventQueueHandler eventQueue,
            final URI uri,
            final Handler handler,
            final PortalOptions options) {
        return Engine.listen(eventQueue, uri, handler, options);
    }

    /**
     * A portal with no address of its own, to which others {@linkplain SessionRequest#forward
     * forward}: the way to spread sessions over several event queues.
     *
     * @param eventQueue the event queue on which the sessions will live.
     * @param handler who decides on what is forwarded.
     * @param options limits, and the options of the sessions.
     * @return the portal.
     */
    static ServerPortal worker(
            final EventQueueHandler eventQueue,
            final Handler handler,
            final PortalOptions options) {
        return Engine.worker(eventQueue, handler, options);
    }

    /**
     * The event queue on which the portal lives.
     *
     * @return the event queue.
     */
    EventQueueHandler eventQueue();

    /**
     * Where the portal listens, with the real port.
     *
     * @return the URI; {@code worker:local} for a worker.
     */
    URI uri();

    /**
     * Sessions of this portal that are not closed.
     *
     * @return their number.
     */
    int sessions();

    /**
     * What the portal has counted, on the thread of its event queue.
     *
     * @return the figures of now.
     */
    PortalCounters counters();

    /**
     * Listens no more. Clients that wait for a decision are rejected; sessions that were accepted
     * live on. Idempotent, legal from every call-back; {@link Handler#onClosed} follows.
     */
    @Override
    void close();

    /** Who decides, on the thread of the portal's event queue. */
    @FunctionalInterface
    interface Handler {
        /**
         * A client asks for a session.
         *
         * @param request the client; decide now or later.
         */
        void onSessionNew(SessionRequest request);

        /**
         * A connection was dropped before it became a session: not our protocol, another version,
         * too slow, too many.
         *
         * @param remoteAddress who it was.
         * @param reason why.
         * @param detail one line for people.
         */
        default void onSessionRefused(
                final String remoteAddress, final EventReason reason, final String detail) {}

        /**
         * A limit begins to hold clients back, and refuses them nothing. Told at most once a second
         * of each limit, however many it holds back.
         *
         * @param limit which limit.
         * @param remoteAddress whom it holds back; empty where that isn't known.
         * @param detail one line for people.
         */
        default void onThrottled(
                final Throttle limit, final String remoteAddress, final String detail) {}

        /**
         * The portal can't listen any more, though nobody has closed it: the RDMA device whose
         * address it listens on was removed, for example. It closes itself, as by {@link
         * ServerPortal#close()}, and {@link #onClosed} follows. Here, or later, one may listen
         * again, as far as the fault is over.
         *
         * @param portal the portal.
         * @param reason why.
         * @param detail one line for people.
         */
        default void onFailed(
                final ServerPortal portal, final EventReason reason, final String detail) {}

        /**
         * The portal is closed: its last call.
         *
         * @param portal the portal.
         */
        default void onClosed(final ServerPortal portal) {}
    }
}
