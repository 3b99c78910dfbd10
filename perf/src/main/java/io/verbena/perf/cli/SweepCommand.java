// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.load.LoadPlan;
import io.verbena.perf.load.LoadResult;
import io.verbena.perf.load.LoadRunner;
import io.verbena.perf.plot.Bytes;
import io.verbena.perf.plot.Charts;
import io.verbena.perf.plot.Figure;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code verbena sweep}. */
@Command(
        name = "sweep",
        description = {
            "Measures latency and throughput for several sizes, over one transport or several, to"
                    + " servers of verbena serve.",
            "Requests and responses have the same size. Latency is that of one request at a time;"
                    + " requests/s and MiB/s (of one direction) are with a window."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Example:",
            "  ./verbena sweep tcp://127.0.0.1:9400 unix:///tmp/verbena.sock --sizes 64,4k,1m"
                    + " --plot sweep.svg"
        })
@SuppressWarnings("NullAway.Init")
final class SweepCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final long FIRST_WARMUP_NS = 2_000_000_000L;

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private ClientOptions client;

    @Parameters(
            paramLabel = "URI",
            arity = "1..*",
            description = "Where servers listen, as for verbena ping.")
    private List<String> uris;

    @Option(
            names = "--sizes",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "64,512,4k,64k,1m",
            converter = Converters.Size.class,
            description = "Sizes of a message. Default: 64,512,4k,64k,1m.")
    private List<Integer> sizes;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = Converters.Duration.class,
            description = "Measure each figure for this long. Default: 1s.")
    private long durationNs;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "Draw latency by percentile, and throughput by size.")
    private @Nullable Path plot;

    /** What was measured for a size over a transport. */
    private record Row(LoadResult latency, LoadResult throughput) {
        String transport() {
            return latency.transport();
        }

        int size() {
            return latency.plan().requestSize();
        }
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() {
        Outputs.checkWritable(plot);
        client.pin();
        final List<URI> servers = uris.stream().map(Uris::parse).toList();
        final PrintWriter out = spec.commandLine().getOut();
        final Table table = new Table(out, 1, 9, 8, 9, 9, 9, 9, 10, 12, 10);
        final List<Row> rows = new ArrayList<>();
        for (final URI server : servers) {
            for (final int size : sizes) {
                final Row row = measure(server, size, rows.isEmpty());
                if (!common.json()) {
                    if (rows.isEmpty()) {
                        printHeading(table);
                    }
                    print(table, row);
                }
                rows.add(row);
            }
        }
        if (common.json()) {
            out.println(Json.of(rows.stream().map(SweepCommand::json).toList()));
        }
        if (plot != null) {
            Outputs.writeText(plot, figure(rows));
        }
        return 0;
    }

    private Row measure(final URI server, final int size, final boolean first) {
        // The first warm-up is the compiler's, too.
        final long warmupNs = first ? FIRST_WARMUP_NS : durationNs / 3;
        final LoadPlan.Builder plan =
                LoadPlan.to(server)
                        .sizes(size, size)
                        .durationNs(durationNs)
                        .warmupNs(warmupNs)
                        .idlePolicy(client.idle())
                        .connectOptions(client.connectOptions(server));
        final LoadResult latency = LoadRunner.run(plan.window(1).build());
        final LoadResult throughput =
                LoadRunner.run(plan.window(Windows.forThroughput(size)).build());
        if (latency.errors() + throughput.errors() > 0) {
            throw new CommandException(
                    "transactions of %s failed; the server's output may say why"
                            .formatted(Bytes.say(size)),
                    null);
        }
        return new Row(latency, throughput);
    }

    private static void printHeading(final Table table) {
        table.row("", "", "p50", "p90", "p99", "p99.9", "max", "", "");
        table.row("transport", "size", "us", "us", "us", "us", "us", "requests/s", "MiB/s");
    }

    private static void print(final Table table, final Row row) {
        final String[] latencies = Reports.latencyCells(row.latency());
        table.row(
                row.transport(),
                Bytes.say(row.size()),
                latencies[0],
                latencies[1],
                latencies[2],
                latencies[3],
                latencies[4],
                Say.perSecond(row.throughput().transactionsPerSecond()),
                Say.perSecond(row.throughput().mibPerSecond()));
    }

    private static Map<String, Object> json(final Row row) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("latency", Reports.json(row.latency()));
        object.put("throughput", Reports.json(row.throughput()));
        return object;
    }

    private String figure(final List<Row> rows) {
        final String first = rows.get(0).transport();
        final Map<String, Histogram> latencies = new LinkedHashMap<>();
        final Map<String, SortedMap<Integer, Double>> requests = new LinkedHashMap<>();
        final Map<String, SortedMap<Integer, Double>> payload = new LinkedHashMap<>();
        for (final Row row : rows) {
            if (row.transport().equals(first)) {
                latencies.put(Bytes.say(row.size()), row.latency().latenciesNs());
            }
            requests.computeIfAbsent(row.transport(), key -> new TreeMap<>())
                    .put(row.size(), row.throughput().transactionsPerSecond());
            payload.computeIfAbsent(row.transport(), key -> new TreeMap<>())
                    .put(row.size(), row.throughput().mibPerSecond());
        }
        return Figure.svg(
                "Verbena: round trips by size of message",
                "One session, idle policy %s, Java %s, %s %s"
                        .formatted(
                                client.idle().name().toLowerCase(Locale.ROOT),
                                Runtime.version().feature(),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch")),
                List.of(
                        Charts.latency(
                                "Latency over %s, one request at a time".formatted(first),
                                latencies),
                        Charts.bySize(
                                "Throughput, %d outstanding (%d above 4 KiB)"
                                        .formatted(
                                                Windows.forThroughput(0),
                                                Windows.forThroughput(Integer.MAX_VALUE)),
                                "requests/s",
                                requests),
                        Charts.bySize("The same in MiB/s, of one direction", "MiB/s", payload)));
    }
}
