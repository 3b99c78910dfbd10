// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.bridge.Bridge;
import io.verbena.bridge.BridgeCounters;

/** What a bridge has counted. */
final class BridgeMetrics {
    private BridgeMetrics() {}

    static void expose(final Bridge bridge, final Exposition into) {
        final BridgeCounters counters = bridge.counters();
        final String uri = bridge.uri().toString();
        final String to = bridge.to().toString();
        into.gauge("verbena_bridge_streams_open", "Streams that are carried.")
                .add(counters.open(), "listener", uri, "to", to);
        into.counter("verbena_bridge_streams_accepted_total", "Streams that were carried.")
                .add(counters.accepted(), "listener", uri, "to", to);
        into.counter(
                        "verbena_bridge_streams_refused_total",
                        "Connections that were no session, or had nobody at the other side.")
                .add(counters.refused(), "listener", uri, "to", to);
        into.counter(
                        "verbena_bridge_streams_lost_total",
                        "Streams that ended otherwise than by a close of either end.")
                .add(counters.lost(), "listener", uri, "to", to);
        into.counter("verbena_bridge_messages_total", "Messages, or pieces of long ones.")
                .add(counters.requests(), labels(uri, to, "request"))
                .add(counters.responses(), labels(uri, to, "response"));
        into.counter("verbena_bridge_message_bytes_total", "Their bytes.")
                .add(counters.requestBytes(), labels(uri, to, "request"))
                .add(counters.responseBytes(), labels(uri, to, "response"));
    }

    private static String[] labels(final String uri, final String to, final String direction) {
        return new String[] {"listener", uri, "to", to, "direction", direction};
    }
}
