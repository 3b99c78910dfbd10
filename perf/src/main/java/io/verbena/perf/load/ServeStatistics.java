// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.EventQueueCounters;

/**
 * What a server has done.
 *
 * @param sessions sessions that were accepted.
 * @param requests requests that arrived.
 * @param responses responses that left.
 * @param errors requests that were damaged, asked for too much, or whose response didn't reach the
 *     client.
 * @param protocolErrors peers that broke the protocol.
 * @param bytesIn payload of requests.
 * @param bytesOut payload of responses.
 * @param elapsedNs since the server was started.
 */
public record ServeStatistics(
        long sessions,
        long requests,
        long responses,
        long errors,
        long protocolErrors,
        long bytesIn,
        long bytesOut,
        long elapsedNs) {
    static final ServeStatistics NONE = new ServeStatistics(0, 0, 0, 0, 0, 0, 0, 0);

    static ServeStatistics of(
            final EventQueueCounters counters,
            final Answering.Totals totals,
            final long elapsedNs) {
        return new ServeStatistics(
                counters.sessionsEstablished(),
                counters.requestsReceived(),
                counters.responsesSent(),
                totals.errors(),
                counters.protocolErrors(),
                totals.bytesIn(),
                totals.bytesOut(),
                elapsedNs);
    }

    ServeStatistics plus(final ServeStatistics other) {
        return new ServeStatistics(
                sessions + other.sessions,
                requests + other.requests,
                responses + other.responses,
                errors + other.errors,
                protocolErrors + other.protocolErrors,
                bytesIn + other.bytesIn,
                bytesOut + other.bytesOut,
                Math.max(elapsedNs, other.elapsedNs));
    }
}
