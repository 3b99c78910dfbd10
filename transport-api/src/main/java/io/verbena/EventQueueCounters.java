// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/**
 * What an event queue has counted since it was opened.
 *
 * @param sessionsEstablished sessions that were established, of both kinds.
 * @param sessionsClosed sessions of them that are closed.
 * @param connectFailures client sessions that closed without having been established.
 * @param connectionsRefused connections to portals that were dropped before they became sessions.
 * @param protocolErrors peers that broke the protocol, before or after they had a session.
 * @param requestsSent requests that left.
 * @param responsesReceived responses that arrived.
 * @param requestsReceived requests that arrived.
 * @param responsesSent responses that left.
 * @param messageErrors messages that ended in onMsgError, of both ends.
 * @param poolStalls times that a request had to wait because no message was free.
 * @param handlerFailures call-backs and tasks that threw.
 * @param upgrades sessions that changed to a faster transport when they were set up.
 * @param fallbacks sessions that were to, and did without.
 * @param listenerFailures portals that could listen no more, and portals of {@code auto} that went
 *     on with one transport only.
 */
public record EventQueueCounters(
        long sessionsEstablished,
        long sessionsClosed,
        long connectFailures,
        long connectionsRefused,
        long protocolErrors,
        long requestsSent,
        long responsesReceived,
        long requestsReceived,
        long responsesSent,
        long messageErrors,
        long poolStalls,
        long handlerFailures,
        long upgrades,
        long fallbacks,
        long listenerFailures) {}
