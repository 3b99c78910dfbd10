// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.monitor;

import io.verbena.monitor.Exposition.Family;
import io.verbena.stream.StreamCounters;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamStatistics;
import io.verbena.stream.StreamStatistics.Latency;
import io.verbena.stream.StreamStatistics.OfType;
import java.util.concurrent.TimeUnit;

/** What a listener for streams has counted. */
final class StreamMetrics {
    /** From 2<sup>10</sup> ns, a microsecond, in steps of 4 to 2<sup>34</sup> ns, 17 seconds. */
    private static final int LEAST_EXPONENT = 10;

    private static final int MOST_EXPONENT = 34;
    private static final double NS_PER_S = TimeUnit.SECONDS.toNanos(1);

    private StreamMetrics() {}

    static void expose(final StreamListener listener, final Exposition into) {
        final String uri = listener.uri().toString();
        exposeCounters(listener.counters(), uri, into);
        final StreamStatistics statistics = listener.statistics();
        for (final int type : statistics.types()) {
            final String name =
                    type == StreamStatistics.OTHER_TYPES ? "other" : Integer.toString(type);
            exposeType(statistics.of(type), uri, name, into);
        }
    }

    private static void exposeCounters(
            final StreamCounters counters, final String uri, final Exposition into) {
        into.gauge("verbena_streams_open", "Streams that are open.")
                .add(counters.open(), "listener", uri);
        into.counter("verbena_streams_accepted_total", "Streams that were accepted.")
                .add(counters.accepted(), "listener", uri);
        into.counter(
                        "verbena_streams_refused_total",
                        "Connections that ended before they were streams.")
                .add(counters.refused(), "listener", uri);
        into.counter(
                        "verbena_streams_handed_over_total",
                        "Times that a stream with a request was handed over.")
                .add(counters.handedOver(), "listener", uri);
        into.counter(
                        "verbena_streams_not_served_total",
                        "Times that nobody took it, or who served it failed.")
                .add(counters.handOversFailed(), "listener", uri);
    }

    private static void exposeType(
            final OfType counts, final String uri, final String type, final Exposition into) {
        final Family messages =
                into.counter("verbena_stream_messages_total", "Messages, by their type.");
        messages.add(counts.received(), labels(uri, type, "received"));
        messages.add(counts.sent(), labels(uri, type, "sent"));
        final Family bytes =
                into.counter("verbena_stream_message_bytes_total", "Their bytes, with headers.");
        bytes.add(counts.receivedBytes(), labels(uri, type, "received"));
        bytes.add(counts.sentBytes(), labels(uri, type, "sent"));
        if (counts.latency().count() > 0) {
            exposeLatency(counts.latency(), uri, type, into);
        }
    }

    private static String[] labels(final String uri, final String type, final String direction) {
        return new String[] {"listener", uri, "type", type, "direction", direction};
    }

    private static void exposeLatency(
            final Latency latency, final String uri, final String type, final Exposition into) {
        final Family family =
                into.histogram(
                        "verbena_stream_answer_seconds",
                        "How long clients were waited for, to answer a message, by its type.");
        for (int exponent = LEAST_EXPONENT; exponent <= MOST_EXPONENT; exponent += 2) {
            family.add(
                    "_bucket",
                    Long.toString(latency.countBelow(exponent)),
                    "listener",
                    uri,
                    "type",
                    type,
                    "le",
                    Double.toString((1L << exponent) / NS_PER_S));
        }
        final String all = Long.toString(latency.count());
        family.add("_bucket", all, "listener", uri, "type", type, "le", "+Inf");
        family.add(
                "_sum",
                Double.toString(latency.totalNs() / NS_PER_S),
                "listener",
                uri,
                "type",
                type);
        family.add("_count", all, "listener", uri, "type", type);
    }
}
