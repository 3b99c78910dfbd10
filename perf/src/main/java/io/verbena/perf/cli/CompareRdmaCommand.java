// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.rdma.RdmaComparison;
import io.verbena.perf.rdma.RdmaComparison.Cost;
import io.verbena.perf.rdma.RdmaComparison.Plan;
import io.verbena.perf.rdma.RdmaComparison.Result;
import io.verbena.perf.rdma.RdmaComparison.Row;
import io.verbena.rdma.RdmaReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verbena compare-rdma}. */
@Command(
        name = "compare-rdma",
        description = {
            "Compares Verbena over RDMA with perftest (ib_send_lat, ib_write_bw, ib_read_bw) and with"
                    + " Verbena over TCP, at one address of this machine, both ends polling on a CPU"
                    + " each, in alternating rounds; and counts what a transaction costs.",
            "Takes some minutes. On a machine without an RDMA device, .ci/softroce/compare runs it in"
                    + " a virtual machine that has one."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {"", "Example:", "  ./verbena compare-rdma --address 192.0.2.1 --rounds 5"})
@SuppressWarnings("NullAway.Init")
final class CompareRdmaCommand implements Callable<Integer>, CommonOptions.Holder {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private RoundsOptions rounds;
    @Mixin private DurationOptions duration;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "An address of an RDMA device of this machine. Default: the first.")
    private @Nullable String address;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "20k",
            converter = Converters.Count.class,
            description = "Count what this many transactions cost. Default: 20k.")
    private long count;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() throws InterruptedException {
        final Plan plan =
                new Plan(
                        address == null ? usualAddress() : address,
                        rounds.rounds(),
                        duration.seconds(),
                        duration.warmupSeconds(),
                        count);
        final Result result;
        try {
            result = new RdmaComparison(plan, rounds::progress).run();
        } catch (final IOException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        }
        final PrintWriter out = spec.commandLine().getOut();
        if (common.json()) {
            final Map<String, Object> object = new LinkedHashMap<>();
            object.put("address", plan.address());
            object.put("rounds", plan.rounds());
            object.put("figures", result.rows().stream().map(CompareRdmaCommand::json).toList());
            object.put("costs", result.costs().stream().map(CompareRdmaCommand::json).toList());
            out.println(Json.of(object));
        } else {
            print(out, plan, result);
        }
        out.flush();
        return 0;
    }

    private static String usualAddress() {
        final RdmaReport report = RdmaReport.make();
        if (!report.usable()) {
            throw new CommandException("RDMA can't be used: " + report.problems().get(0), null);
        }
        return report.devices().stream()
                .flatMap(device -> device.addresses().stream())
                .findFirst()
                .orElseThrow(
                        () ->
                                new CommandException(
                                        "no RDMA device has an IP address: give one to its network"
                                                + " interface",
                                        null));
    }

    private static void print(final PrintWriter out, final Plan plan, final Result result) {
        final Table figures = new Table(out, 2, 46, 5, 10, 10, 7, 8, 0);
        figures.row(
                "medians of %d rounds".formatted(plan.rounds()),
                "",
                "Verbena",
                "beside",
                "ratio",
                "asked",
                "");
        for (final Row row : result.rows()) {
            figures.row(
                    row.figure(),
                    row.unit(),
                    number(row.verbena()),
                    number(row.other()),
                    ratio(row.ratio()),
                    row.bound() + (row.holds() ? "" : " !"),
                    row.beside());
        }
        out.println();
        final Table costs = new Table(out, 1, 46, 12, 12, 12, 8);
        costs.row("of each transaction of 64 B", "client", "server", "both", "asked");
        for (final Cost cost : result.costs()) {
            costs.row(
                    "%s, depth %d".formatted(cost.what(), cost.depth()),
                    cost(cost.client()),
                    cost(cost.server()),
                    cost(cost.client() + cost.server()),
                    cost.bound() + (cost.holds() ? "" : " !"));
        }
    }

    private static String number(final double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }

    private static String ratio(final double value) {
        return String.format(Locale.ROOT, "%.2fx", value);
    }

    private static String cost(final double value) {
        return String.format(Locale.ROOT, "%,.3f", value);
    }

    private static Map<String, Object> json(final Row row) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("figure", row.figure());
        object.put("unit", row.unit());
        object.put("verbena", row.verbena());
        object.put("beside", row.beside());
        object.put("other", row.other());
        object.put("ratio", row.ratio());
        object.put("asked", row.bound());
        object.put("holds", row.holds());
        object.put("rounds", row.rounds());
        object.put("other_rounds", row.otherRounds());
        return object;
    }

    private static Map<String, Object> json(final Cost cost) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("what", cost.what());
        object.put("depth", cost.depth());
        object.put("client", cost.client());
        object.put("server", cost.server());
        object.put("both", cost.client() + cost.server());
        object.put("asked", cost.bound());
        object.put("holds", cost.holds());
        return object;
    }
}
