// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.stream.Kind;
import io.verbena.perf.stream.StreamComparison;
import io.verbena.perf.stream.StreamComparison.Plan;
import io.verbena.perf.stream.StreamComparison.Result;
import io.verbena.perf.stream.StreamComparison.Results;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verbena compare-streams}. */
@Command(
        name = "compare-streams",
        description = {
            "Compares streams with plain blocking sockets: conversations of 50 messages of the sizes"
                    + " that JITServer's have, by several threads, in short turns of processes for"
                    + " each; what one costs in CPU time of both ends, and how long it takes.",
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {"", "Example:", "  ./verbena compare-streams --uri tcp://127.0.0.1:0 --rounds 5"})
@SuppressWarnings("NullAway.Init")
final class CompareStreamsCommand implements Callable<Integer>, CommonOptions.Holder {
    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private RoundsOptions rounds;

    @Option(
            names = "--uri",
            paramLabel = "URI",
            defaultValue = "tcp://127.0.0.1:0",
            description = {
                "Where the streams' servers listen: port 0, or a socket's path. Default:"
                        + " tcp://127.0.0.1:0."
            })
    private URI uri;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "15",
            description = "Client threads, and as many of the server. Default: 15.")
    private int threads;

    @Option(
            names = "--processes",
            paramLabel = "N",
            defaultValue = "3",
            description = {
                "Processes for each kind, as the JIT compiler makes something else of the same"
                        + " code in each; the mean of them counts. Default: 3."
            })
    private int processes;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "4m",
            converter = Converters.Duration.class,
            description = {
                "Do the same for this long before the first round. Default: 4m, as each process"
                        + " gets its part of them, and the JIT compiler little of the CPUs."
            })
    private long warmupNs;

    @Option(
            names = "--conversations",
            paramLabel = "N",
            defaultValue = "500",
            description = "Conversations of each thread in each round. Default: 500.")
    private int conversations;

    @Option(
            names = "--idle",
            paramLabel = "N",
            defaultValue = "0",
            description = "Streams that are open and idle besides. Default: 0.")
    private int idle;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        if (uri.getPort() > 0) {
            throw new CommandException(
                    "the streams have several servers at a time, and port %d is one; use port 0"
                            .formatted(uri.getPort()),
                    null);
        }
        atLeast(1, "--threads", threads);
        atLeast(1, "--processes", processes);
        atLeast(1, "--conversations", conversations);
        atLeast(0, "--idle", idle);
        final Results results;
        try {
            results =
                    new StreamComparison(
                                    new Plan(
                                            uri,
                                            threads,
                                            processes,
                                            rounds.rounds(),
                                            warmupNs,
                                            conversations,
                                            idle),
                                    rounds::progress)
                            .run();
        } catch (final IOException e) {
            throw new CommandException("a process of the comparison failed: " + e.getMessage(), e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
        final PrintWriter out = spec.commandLine().getOut();
        if (common.json()) {
            final Map<String, Object> object = new LinkedHashMap<>();
            object.put("uri", uri.toString());
            object.put("threads", threads);
            object.put("processes", processes);
            object.put("idle", idle);
            for (final Kind kind : Kind.values()) {
                object.put(kind.name().toLowerCase(Locale.ROOT), json(results.of(kind)));
            }
            for (final Kind plain : List.of(Kind.SOCKETS, Kind.CHANNELS)) {
                final String name = plain.name().toLowerCase(Locale.ROOT);
                final Result streams = results.of(Kind.STREAMS);
                object.put("cpu_to_" + name, streams.cpuTo(results.of(plain)));
                object.put("wall_to_" + name, streams.wallTo(results.of(plain)));
            }
            out.println(Json.of(object));
        } else {
            final Table table = new Table(out, 3, 24, 14, 14, 10);
            table.row("a conversation, µs", "CPU", "wall", "threads");
            row(table, "Java's sockets", results.of(Kind.SOCKETS));
            row(table, "channels that block", results.of(Kind.CHANNELS));
            ratios(table, "streams, " + uri.getScheme(), results.of(Kind.STREAMS), results);
            ratios(table, "handed over each time", results.of(Kind.HANDED_OVER), results);
        }
        out.flush();
        return 0;
    }

    private static void atLeast(final int least, final String option, final int value) {
        if (value < least) {
            throw new CommandException("%s is at least %d".formatted(option, least), null);
        }
    }

    private static void ratios(
            final Table table, final String name, final Result result, final Results results) {
        row(table, name, result);
        ratio(table, "to sockets", result, results.of(Kind.SOCKETS));
        ratio(table, "to channels", result, results.of(Kind.CHANNELS));
    }

    private static void ratio(
            final Table table, final String name, final Result result, final Result to) {
        table.row(
                name,
                String.format(Locale.ROOT, "%.3f", result.cpuTo(to)),
                String.format(Locale.ROOT, "%.3f", result.wallTo(to)),
                "");
    }

    private static void row(final Table table, final String name, final Result result) {
        table.row(
                name,
                String.format(Locale.ROOT, "%.0f", result.medianCpuUs()),
                String.format(Locale.ROOT, "%.0f", result.medianWallUs()),
                Integer.toString(result.threads()));
    }

    private static Map<String, Object> json(final Result result) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("cpu_us", result.cpuUs());
        object.put("wall_us", result.wallUs());
        object.put("threads", result.threads());
        return object;
    }
}
