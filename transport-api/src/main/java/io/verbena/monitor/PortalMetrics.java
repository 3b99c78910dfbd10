// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.PortalCounters;
import io.verbena.monitor.Exposition.Family;

/** What a portal has counted of those who connect, and how often each of its limits was reached. */
final class PortalMetrics {
    private PortalMetrics() {}

    static void expose(final PortalCounters counters, final String uri, final Exposition into) {
        into.counter("verbena_portal_connections_total", "Connections that came.")
                .add(counters.connections(), "listener", uri);
        into.counter("verbena_portal_sessions_total", "Sessions of them.")
                .add(counters.sessions(), "listener", uri);
        final Family refusals =
                into.counter(
                        "verbena_portal_refusals_total",
                        "Connections and sessions that were ended by a check or limit.");
        add(refusals, counters.rejected(), uri, "rejected");
        add(refusals, counters.sessionLimits(), uri, "max_sessions");
        add(refusals, counters.hostLimits(), uri, "max_per_host");
        add(refusals, counters.pendingLimits(), uri, "max_pending");
        add(refusals, counters.rateRefusals(), uri, "max_accepts_per_second");
        add(refusals, counters.helloTimeouts(), uri, "hello_timeout");
        add(refusals, counters.authenticationFailures(), uri, "authentication");
        add(refusals, counters.protocolErrors(), uri, "protocol_error");
        add(refusals, counters.oversizedPayloads(), uri, "max_payload_bytes");
        add(refusals, counters.slowPayloads(), uri, "min_payload_bytes_per_second");
        final Family pauses =
                into.counter(
                        "verbena_portal_pauses_total",
                        "Times that accepting or reading was put off by a limit.");
        add(pauses, counters.ratePauses(), uri, "max_accepts_per_second");
        add(pauses, counters.memoryPauses(), uri, "max_held_bytes");
    }

    private static void add(
            final Family family, final long value, final String uri, final String limit) {
        family.add(value, "listener", uri, "limit", limit);
    }
}
