// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.load.LoadPlan;
import io.verbena.perf.load.LoadResult;
import io.verbena.perf.plot.Bytes;
import io.verbena.perf.plot.Charts;
import io.verbena.perf.plot.Figure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files that commands write. */
final class Outputs {
    private static final double NS_PER_US = 1e3;

    private Outputs() {}

    /** Fails if a file couldn't be written; leaves what is there as it is. */
    static void checkWritable(final @Nullable Path file) {
        if (file == null) {
            return;
        }
        final Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new CommandException(
                    "can't write %s: there is no folder %s; make it first".formatted(file, folder),
                    null);
        }
        final boolean writable =
                Files.exists(file)
                        ? Files.isWritable(file) && !Files.isDirectory(file)
                        : folder != null && Files.isWritable(folder);
        if (!writable) {
            throw new CommandException(
                    "can't write %s: name a file that you may write".formatted(file), null);
        }
    }

    static void writeHistogram(final Path file, final LoadResult result) {
        try (PrintStream stream =
                new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            result.latenciesNs().outputPercentileDistribution(stream, NS_PER_US);
        } catch (final IOException e) {
            throw new CommandException("can't write %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    static void writePlot(final Path file, final LoadResult result) {
        final LoadPlan plan = result.plan();
        final String detail =
                "%s there, %s back; %s, window %d; %s"
                        .formatted(
                                Bytes.say(plan.requestSize()),
                                Bytes.say(plan.responseSize()),
                                Say.plural(plan.sessions(), "session"),
                                plan.window(),
                                plan.openLoop()
                                        ? Say.perSecond(plan.rate())
                                                + " requests/s, latency from when each was due"
                                        : Say.count(result.count()) + " transactions");
        writeText(
                file,
                Figure.svg(
                        "Verbena over " + result.transport(),
                        detail,
                        List.of(
                                Charts.latency(
                                        "Latency of a transaction",
                                        Map.of(result.transport(), result.latenciesNs())))));
    }

    static void writeText(final Path file, final String text) {
        try {
            Files.writeString(file, text);
        } catch (final IOException e) {
            throw new CommandException("can't write %s: %s".formatted(file, e.getMessage()), e);
        }
    }
}
