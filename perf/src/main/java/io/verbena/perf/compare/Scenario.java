// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import io.verbena.perf.peer.Workload;
import java.util.Arrays;
import java.util.List;

/** The workloads that are compared, and what counts in each. */
public enum Scenario {
    RTT64("rtt64", Metric.P50_US, new Workload(64, 64, 1, 1, true)),
    PIPE64("pipe64", Metric.TX_PER_S, new Workload(64, 64, 256, 1, true)),
    RESP64K("resp64k", Metric.MIB_PER_S, new Workload(64, 64 << 10, 16, 1, true)),
    REQ64K("req64k", Metric.MIB_PER_S, new Workload(64 << 10, 64, 16, 1, true)),
    RESP1M("resp1m", Metric.MIB_PER_S, new Workload(64, 1 << 20, 16, 1, true)),
    REQ1M("req1m", Metric.MIB_PER_S, new Workload(1 << 20, 64, 16, 1, true)),
    MANY1000("many1000", Metric.TX_PER_S, new Workload(64, 64, 1, 1000, true)),

    /** A round trip that both ends sleep through: mostly the kernel's time to wake a thread. */
    BLOCK64("block64", Metric.P50_US, new Workload(64, 64, 1, 1, false));

    private final String id;
    private final Metric metric;
    private final Workload workload;

    Scenario(final String id, final Metric metric, final Workload workload) {
        this.id = id;
        this.metric = metric;
        this.workload = workload;
    }

    public String id() {
        return id;
    }

    /** What peers are compared by. */
    public Metric metric() {
        return metric;
    }

    public Workload workload() {
        return workload;
    }

    public static List<String> ids() {
        return Arrays.stream(values()).map(Scenario::id).toList();
    }

    public static Scenario named(final String id) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.id.equals(id))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no figure '" + id + "', but " + ids()));
    }
}
