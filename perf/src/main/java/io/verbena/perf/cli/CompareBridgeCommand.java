// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import io.verbena.perf.bridge.BridgeComparison;
import io.verbena.perf.bridge.BridgeComparison.Plan;
import io.verbena.perf.bridge.BridgeComparison.Result;
import io.verbena.perf.bridge.BridgeComparison.Row;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verbena compare-bridge}. */
@Command(
        name = "compare-bridge",
        description = {
            "Compares the bridge with a plain relay, socat, in the same place: the round trip of a"
                    + " message between two programs on plain blocking sockets, through nothing, one"
                    + " relay, one bridge, two relays, and two bridges with another transport between"
                    + " them. In alternating rounds.",
            "Needs socat (apt install socat). The bridge is asked to add at most 1.5 times what the"
                    + " relay adds."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        footer = {"", "Example:", "  ./verbena compare-bridge --between tls --rounds 5"})
@SuppressWarnings("NullAway.Init")
final class CompareBridgeCommand implements Callable<Integer>, CommonOptions.Holder {
    private static final int LEAST_BYTES = 16;
    private static final int MOST_BYTES = 64 << 10;

    @Spec private CommandSpec spec;
    @Mixin private CommonOptions common;
    @Mixin private RoundsOptions rounds;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "64",
            converter = Converters.Size.class,
            description = "Bytes of a message, 16 to 64k. Default: 64.")
    private int size;

    @Option(
            names = "--between",
            paramLabel = "SCHEME",
            defaultValue = "tcp",
            description =
                    "What two bridges have between them: tcp (the default), tls, auto or auto+tls.")
    private String between;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "20k",
            converter = Converters.Count.class,
            description = "Round trips of each in each round. Default: 20k.")
    private long count;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "200k",
            converter = Converters.Count.class,
            description = "Round trips of each before. Default: 200k.")
    private long warmup;

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (size < LEAST_BYTES || size > MOST_BYTES) {
            throw new CommandException("--size is from 16 to 64k", null);
        }
        final Result result;
        try {
            result =
                    new BridgeComparison(
                                    new Plan(
                                            size,
                                            rounds.rounds(),
                                            Math.toIntExact(count),
                                            Math.toIntExact(warmup),
                                            between),
                                    rounds::progress)
                            .run();
        } catch (final IOException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        }
        final PrintWriter out = spec.commandLine().getOut();
        if (common.json()) {
            out.println(Json.of(json(result)));
        } else {
            print(out, result);
        }
        out.flush();
        return 0;
    }

    private void print(final PrintWriter out, final Result result) {
        final Table table = new Table(out, 1, 36, 9, 9, 9);
        table.row("a round trip of %d B through".formatted(size), "p50 us", "mean us", "adds us");
        for (final Row row : result.rows()) {
            table.row(
                    say(row),
                    Say.us(row.medianP50Us()),
                    Say.us(row.medianMeanUs()),
                    Say.us(result.addedUs(row.way())));
        }
        out.println(
                String.format(
                        Locale.ROOT,
                        "a bridge adds %.2f times what a relay adds (asked: at most 1.5); two add"
                                + " %.2f times what two relays add",
                        result.ratio(),
                        result.ratioOfTwo()));
    }

    private String say(final Row row) {
        return switch (row.way()) {
            case DIRECT -> "nothing";
            case SOCAT -> "socat";
            case BRIDGE -> "a bridge, jit to jit";
            case TWO_SOCATS -> "two socats";
            case TWO_BRIDGES -> "two bridges, %s between".formatted(between);
        };
    }

    private Map<String, Object> json(final Result result) {
        final Map<String, Object> object = new LinkedHashMap<>();
        object.put("size", size);
        object.put("between", between);
        for (final Row row : result.rows()) {
            final Map<String, Object> way = new LinkedHashMap<>();
            way.put("p50_us", row.p50Us());
            way.put("mean_us", row.meanUs());
            way.put("added_us", result.addedUs(row.way()));
            object.put(row.way().name().toLowerCase(Locale.ROOT), way);
        }
        object.put("ratio", result.ratio());
        object.put("ratio_of_two", result.ratioOfTwo());
        return object;
    }
}
