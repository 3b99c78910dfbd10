// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.load.LoadPlan;
import io.verbena.perf.load.LoadResult;
import io.verbena.perf.plot.Bytes;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parts of what is printed about a {@link LoadResult}. */
final class Reports {
    private static final double P50 = 50;
    private static final double P90 = 90;
    private static final double P99 = 99;
    private static final double P999 = 99.9;

    private final PrintWriter out;
    private final LoadResult result;
    private final Table table;

    Reports(final PrintWriter out, final LoadResult result) {
        this.out = out;
        this.result = result;
        table = new Table(out, 1, 10, 14, 0);
    }

    /** One object, for programs. */
    static Map<String, Object> json(final LoadResult result) {
        final LoadPlan plan = result.plan();
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("transport", result.transport());
        object.put("transport_detail", result.transportDetail());
        object.put("size", plan.requestSize());
        object.put("sessions", plan.sessions());
        object.put("window", plan.window());
        object.put("count", result.count());
        object.put("errors", result.errors());
        object.put("p50_us", result.latencyUs(P50));
        object.put("p90_us", result.latencyUs(P90));
        object.put("p99_us", result.latencyUs(P99));
        object.put("p999_us", result.latencyUs(P999));
        object.put("max_us", result.maxUs());
        object.put("tx_per_s", result.transactionsPerSecond());
        object.put("mib_per_s", result.mibPerSecond());
        if (plan.openLoop()) {
            object.put("rate_asked", plan.rate());
            object.put("rate_reached", result.rateReached());
            object.put("warning", result.warning());
        }
        return object;
    }

    /** The latencies of a row of a table, in microseconds. */
    static String[] latencyCells(final LoadResult result) {
        return new String[] {
            Say.us(result.latencyUs(P50)),
            Say.us(result.latencyUs(P90)),
            Say.us(result.latencyUs(P99)),
            Say.us(result.latencyUs(P999)),
            Say.us(result.maxUs())
        };
    }

    void heading() {
        final LoadPlan plan = result.plan();
        out.println(
                "%s (%s): %s there, %s back; %s, window %s"
                        .formatted(
                                plan.uri(),
                                result.transportDetail(),
                                Bytes.say(plan.requestSize()),
                                Bytes.say(plan.responseSize()),
                                Say.plural(plan.sessions(), "session"),
                                Say.count(plan.window())));
    }

    void latencies() {
        final String[] cells = latencyCells(result);
        final String[] names = {"p50", "p90", "p99", "p99.9", "max"};
        for (int i = 0; i < names.length; i++) {
            table.row(names[i], cells[i], "us");
        }
    }

    void throughput() {
        table.row("requests", Say.perSecond(result.transactionsPerSecond()), "/s");
        table.row("payload", Say.perSecond(result.mibPerSecond()), "MiB/s");
        if (result.plan().openLoop()) {
            table.row("rate", Say.perSecond(result.rateReached()), "/s sent");
        }
    }

    void closing() {
        table.row("answered", Say.count(result.count()), "in " + Say.seconds(result.elapsedNs()));
        table.row("failed", Say.count(result.errors()), "");
        if (result.warning() != null) {
            out.println("warning: " + result.warning());
        }
    }
}
