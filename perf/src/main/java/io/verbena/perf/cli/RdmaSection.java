// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.plot.Bytes;
import io.verbena.rdma.RdmaReport;
import io.verbena.rdma.RdmaReport.Device;
import io.verbena.rdma.RdmaReport.Port;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code verbena info} tells of RDMA. */
final class RdmaSection {
    private static final int NAME_WIDTH = 20;

    private final RdmaReport report;

    RdmaSection(final RdmaReport report) {
        this.report = report;
    }

    Map<String, Object> json() {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("usable", report.usable());
        object.put("listen", listen());
        object.put("library", report.library());
        object.put("missing_extensions", report.missingExtensions());
        object.put("devices", report.devices().stream().map(RdmaSection::json).toList());
        object.put("problems", report.problems());
        return object;
    }

    private static Map<String, Object> json(final Device device) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", device.name());
        object.put("firmware", device.firmware());
        object.put("interfaces", device.interfaces());
        object.put("addresses", device.addresses());
        object.put("max_queue_pairs", device.maxQueuePairs());
        object.put("max_work_requests", device.maxWorkRequests());
        object.put("max_completions", device.maxCompletions());
        object.put("max_memory_regions", device.maxMemoryRegions());
        object.put("max_region_bytes", device.maxRegionBytes());
        object.put("max_reads", device.maxReads());
        object.put("inline_bytes", device.inlineBytes() < 0 ? null : device.inlineBytes());
        object.put("ports", device.ports().stream().map(RdmaSection::json).toList());
        return object;
    }

    private static Map<String, Object> json(final Port port) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("number", port.number());
        object.put("state", port.state());
        object.put("link_layer", port.linkLayer());
        object.put("mtu", port.mtu());
        object.put("gids", port.gids());
        return object;
    }

    /** Where a server could listen, on any free port; null: nowhere. */
    private @Nullable String listen() {
        return !report.usable()
                ? null
                : report.devices().stream()
                        .filter(device -> device.ports().stream().anyMatch(Port::isActive))
                        .flatMap(device -> device.addresses().stream())
                        .findFirst()
                        .map(host -> host.indexOf(':') < 0 ? host : "[" + host + "]")
                        .map("rdma://%s:0"::formatted)
                        .orElse(null);
    }

    void print(final PrintWriter out) {
        if (report.library().isEmpty() && report.devices().isEmpty()) {
            problems(out);
            return;
        }
        final Table table = new Table(out, 2, NAME_WIDTH, 0);
        out.println();
        table.row("RDMA library", report.library());
        if (!report.missingExtensions().isEmpty()) {
            table.row("  without", String.join(", ", report.missingExtensions()));
        }
        for (final Device device : report.devices()) {
            print(device, table);
        }
        problems(out);
    }

    private static void print(final Device device, final Table table) {
        table.row(
                "RDMA device " + device.name(),
                "%s at %s%s"
                        .formatted(
                                list(device.interfaces(), "no interface"),
                                list(device.addresses(), "no address"),
                                device.firmware().isEmpty()
                                        ? ""
                                        : ", firmware " + device.firmware()));
        for (final Port port : device.ports()) {
            table.row(
                    "  port " + port.number(),
                    "%s, %s%s"
                            .formatted(
                                    port.state(),
                                    port.linkLayer(),
                                    port.mtu() == 0 ? "" : ", MTU " + port.mtu()));
            for (final String gid : port.gids()) {
                table.row("    GID", gid);
            }
        }
        if (device.maxQueuePairs() > 0) {
            table.row(
                    "  limits",
                    "%s; each %s and %s outstanding"
                            .formatted(
                                    Say.plural(device.maxQueuePairs(), "queue pair"),
                                    Say.plural(device.maxWorkRequests(), "work request"),
                                    Say.plural(device.maxReads(), "READ")));
            table.row(
                    "",
                    "%s of a completion queue; %s of %s"
                            .formatted(
                                    Say.plural(device.maxCompletions(), "completion"),
                                    Say.plural(device.maxMemoryRegions(), "memory region"),
                                    size(device.maxRegionBytes())));
        }
        if (device.inlineBytes() >= 0) {
            table.row("  inline", Say.plural(device.inlineBytes(), "byte") + " granted");
        }
    }

    private static String size(final long bytes) {
        return bytes == Long.MAX_VALUE || bytes < 0 ? "any size" : "up to " + Bytes.say(bytes);
    }

    private static String list(final List<String> words, final String none) {
        return words.isEmpty() ? none : String.join(", ", words);
    }

    private void problems(final PrintWriter out) {
        // If it isn't usable, the table of transports has the first, which is why.
        final List<String> more =
                report.usable() || report.problems().isEmpty()
                        ? report.problems()
                        : report.problems().subList(1, report.problems().size());
        if (!more.isEmpty()) {
            out.println();
            out.println("RDMA would do better:");
            more.forEach(problem -> out.println("  " + problem));
        }
    }
}
