// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.load.LoadPlan;
import io.verbena.perf.load.LoadResult;
import io.verbena.perf.load.LoadRunner;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What {@code ping} and {@code bw} have in common: all but some defaults and what they print first.
 */
@SuppressWarnings("NullAway.Init")
abstract class LoadCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final long DURATION_NS = 5_000_000_000L;

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private ClientOptions client;

    @Parameters(
            paramLabel = "URI",
            description =
                    "Where a server listens: tcp://HOST:PORT, tls://HOST:PORT, rdma://HOST:PORT,"
                            + " auto://HOST:PORT, auto+tls://HOST:PORT, unix:///PATH or"
                            + " unix+tls:///PATH.")
    private String uri;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            converter = Converters.Size.class,
            description = "Size of a request: 64, 4k, 1m. Default: 64 for ping, 64k for bw.")
    private @Nullable Integer size;

    @Option(
            names = "--response-size",
            paramLabel = "BYTES",
            converter = Converters.Size.class,
            description = "Size of a response. Default: that of a request.")
    private @Nullable Integer responseSize;

    @ArgGroup private Extent extent = new Extent();

    /** How much to measure: one of two. */
    private static final class Extent {
        @Option(
                names = "--count",
                paramLabel = "N",
                converter = Converters.Count.class,
                description = "Measure this many transactions: 5000, 10k, 1m.")
        private @Nullable Long count;

        @Option(
                names = "--duration",
                paramLabel = "TIME",
                converter = Converters.Duration.class,
                description = "Measure for this long: 10s, 500ms, 2m. Default: 5s.")
        private @Nullable Long durationNs;
    }

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = Converters.Duration.class,
            description = "Do the same for this long before measuring. Default: 1s.")
    private long warmupNs;

    @Option(
            names = "--window",
            paramLabel = "N",
            description =
                    "Requests outstanding on each session. Default: 1 for ping without a rate, else"
                            + " 256, or 16 if messages are over 4k.")
    private @Nullable Integer window;

    @Option(
            names = "--sessions",
            paramLabel = "N",
            defaultValue = "1",
            description = "Sessions, all on one thread. Default: 1.")
    private int sessions;

    @Option(
            names = "--rate",
            paramLabel = "PER-SECOND",
            converter = Converters.Count.class,
            description =
                    "Send at this rate, of all sessions together, and count each latency from the"
                            + " time at which the request was due: so a stall shows in every request"
                            + " that it held up. Without it, each request waits for a response, and a"
                            + " stall shows in one.")
    private @Nullable Long rate;

    @Option(
            names = "--histogram",
            paramLabel = "FILE",
            description = "Write the latencies by percentile, in us, as HdrHistogram's text.")
    private @Nullable Path histogram;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "Draw the latencies by percentile.")
    private @Nullable Path plot;

    @Override
    public final CommonOptions common() {
        return common;
    }

    @Override
    public final Integer call() {
        final LoadPlan plan = plan();
        // Found out before the work, not after it.
        Outputs.checkWritable(histogram);
        Outputs.checkWritable(plot);
        client.pin();
        final LoadResult result = run(plan);
        if (histogram != null) {
            Outputs.writeHistogram(histogram, result);
        }
        if (plot != null) {
            Outputs.writePlot(plot, result);
        }
        if (common.json()) {
            spec.commandLine().getOut().println(Json.of(Reports.json(result)));
        } else {
            print(new Reports(spec.commandLine().getOut(), result));
        }
        spec.commandLine().getOut().flush();
        if (result.errors() > 0) {
            throw new CommandException(
                    "%s of %s failed; the server's output may say why"
                            .formatted(
                                    Say.count(result.errors()),
                                    Say.plural(result.count() + result.errors(), "transaction")),
                    null);
        }
        return 0;
    }

    private LoadResult run(final LoadPlan plan) {
        try (LoadRunner runner = LoadRunner.of(plan)) {
            final Progress progress = Progress.start(spec.commandLine().getErr(), runner::progress);
            try {
                return runner.run();
            } finally {
                progress.stop();
            }
        }
    }

    private LoadPlan plan() {
        final int requestSize = size == null ? defaultSize() : size;
        final int answerSize = responseSize == null ? requestSize : responseSize;
        final URI server = Uris.parse(uri);
        final LoadPlan.Builder builder =
                LoadPlan.to(server)
                        .sizes(requestSize, answerSize)
                        .sessions(sessions)
                        .window(
                                window == null
                                        ? defaultWindow(
                                                Math.max(requestSize, answerSize), rate != null)
                                        : window)
                        .durationNs(extent.durationNs == null ? DURATION_NS : extent.durationNs)
                        .warmupNs(warmupNs)
                        .idlePolicy(client.idle())
                        .connectOptions(client.connectOptions(server));
        if (extent.count != null) {
            builder.count(extent.count);
        }
        if (rate != null) {
            builder.rate(rate);
        }
        return builder.build();
    }

    abstract int defaultSize();

    abstract int defaultWindow(int largerSize, boolean withRate);

    abstract void print(Reports reports);
}
