// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventQueueCounters;

/** The figures behind {@link EventQueueCounters}: plain fields, written by one thread. */
final class Counters {
    long sessionsEstablished;
    long sessionsClosed;
    long connectFailures;
    long connectionsRefused;
    long protocolErrors;
    long requestsSent;
    long responsesReceived;
    long requestsReceived;
    long responsesSent;
    long messageErrors;
    long poolStalls;
    long handlerFailures;
    long upgrades;
    long fallbacks;
    long listenerFailures;

    EventQueueCounters snapshot() {
        return new EventQueueCounters(
                sessionsEstablished,
                sessionsClosed,
                connectFailures,
                connectionsRefused,
                protocolErrors,
                requestsSent,
                responsesReceived,
                requestsReceived,
                responsesSent,
                messageErrors,
                poolStalls,
                handlerFailures,
                upgrades,
                fallbacks,
                listenerFailures);
    }
}
