// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.peer.TlsEngine;
import io.verbena.perf.peer.TlsPair;
import io.verbena.perf.silent.SilentComparison;
import io.verbena.perf.silent.SilentComparison.Plan;
import io.verbena.perf.silent.SilentComparison.Row;
import io.verbena.perf.tls.KeyType;
import io.verbena.perf.tls.TemporaryCertificates;
import java.io.PrintWriter;
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

/** {@code verbena compare-silent}. */
@Command(
        name = "compare-silent",
        description = {
            "Measures whether clients that connect and don't shake hands delay a session that works:"
                    + " round trips of 64 bytes over TLS, by itself, beside one that says nothing,"
                    + " beside many, and beside many that have sent half of a ClientHello.",
            "In alternating rounds. What the session's p99 varies by when it is by itself is its own"
                    + " noise. Exits with 1 if it is beyond that beside others."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {"", "Example:", "  ./verbena compare-silent --connections 1000 --rounds 5"})
@SuppressWarnings("NullAway.Init")
final class CompareSilentCommand implements Callable<Integer>, CommonOptions.Holder {
    /**
     * Who doesn't shake hands must stay that long: by default a portal waits 5 s, this one more.
     */
    private static final double MOST_SECONDS = 4;

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private RoundsOptions rounds;
    @Mixin private DurationOptions duration;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many are many. Default: 1000.")
    private int connections;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "jdk",
            description = "Whose TLS: jdk (the default) or boringssl.")
    private TlsEngine engine;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() throws Exception {
        if (connections < 1) {
            throw new CommandException("--connections is at least 1", null);
        }
        if (duration.seconds() > MOST_SECONDS) {
            throw new CommandException(
                    "--duration is at most 4s, as a portal waits no longer than 5 for a handshake",
                    null);
        }
        final List<Row> rows;
        try (TemporaryCertificates certificates = TemporaryCertificates.make(KeyType.EC)) {
            rows =
                    new SilentComparison(
                                    new Plan(
                                            connections,
                                            rounds.rounds(),
                                            duration.seconds(),
                                            duration.warmupSeconds()),
                                    TlsPair.of(engine, certificates.folder()),
                                    rounds::progress)
                            .run();
        }
        final PrintWriter out = spec.commandLine().getOut();
        if (common.json()) {
            out.println(Json.of(rows.stream().map(row -> json(row, rows.get(0))).toList()));
        } else {
            print(out, rows);
        }
        out.flush();
        return rows.stream().allMatch(row -> row.isWithinNoiseOf(rows.get(0))) ? 0 : 1;
    }

    private static void print(final PrintWriter out, final List<Row> rows) {
        final Row alone = rows.get(0);
        final Table table = new Table(out, 1, 40, 10, 9, 9, 9, 9, 7);
        table.row("connected besides", "still there", "p50 us", "p99 us", "p99 min", "p99 max", "");
        for (final Row row : rows) {
            final List<Double> p99 = row.p99UsRounds();
            table.row(
                    say(row),
                    "%10d".formatted(row.stillOpen()),
                    Say.us(row.p50Us()),
                    Say.us(row.p99Us()),
                    Say.us(p99.get(0)),
                    Say.us(p99.get(p99.size() - 1)),
                    row.isWithinNoiseOf(alone) ? "noise" : "more");
        }
    }

    private static String say(final Row row) {
        return switch (row.crowd()) {
            case NOBODY -> "nobody";
            case ONE -> "1 that says nothing";
            case MANY -> "%d that say nothing".formatted(row.connections());
            case HALF_HELLO -> "%d with half of a ClientHello".formatted(row.connections());
        };
    }

    private static Map<String, Object> json(final Row row, final Row alone) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("crowd", row.crowd().name().toLowerCase(Locale.ROOT));
        object.put("connections", row.connections());
        object.put("still_open", row.stillOpen());
        object.put("p50_us", row.p50Us());
        object.put("p99_us", row.p99Us());
        object.put("p99_us_rounds", row.p99UsRounds());
        object.put("within_noise", row.isWithinNoiseOf(alone));
        return object;
    }
}
