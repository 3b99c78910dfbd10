// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.compare;

import io.verbena.perf.peer.Peers;
import io.verbena.perf.peer.TlsEngine;
import io.verbena.perf.tls.KeyType;
import io.verbena.perf.tls.TemporaryCertificates;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares peers, in alternating rounds. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description =
                "Compares Verbena with a raw NIO pair and with Netty on this machine, both ends"
                        + " pinned to a CPU each, in clear or over TLS. Exits with 1 if a run"
                        + " failed.",
        footer = {
            "",
            "Examples:",
            "  ./verbena compare --figures rtt64,pipe64 --baseline raw-nio,netty-epoll --rounds 5",
            "  ./verbena compare --tls --engine boringssl --figures resp1m"
        })
@SuppressWarnings("NullAway.Init")
public final class CompareCommand implements Callable<Integer> {
    @Option(
            names = "--figures",
            split = ",",
            paramLabel = "FIGURE",
            defaultValue = "rtt64,pipe64,resp64k,req64k,resp1m,req1m,many1000",
            description = "What to measure; block64 is there as well.")
    private List<String> figures = List.of();

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "PEER",
            description = "Whom to compare; by default all.")
    private @Nullable List<String> peers;

    @Option(
            names = "--tls",
            description =
                    "Encrypt: TLS 1.3, with the same engine, cipher suite and certificate for all.")
    private boolean tls;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "jdk",
            description = "Whose TLS: jdk or boringssl.")
    private TlsEngine engine;

    @Option(
            names = "--key",
            paramLabel = "TYPE",
            defaultValue = "ec",
            description = "The certificate's key: ec, rsa or ed25519.")
    private KeyType keyType;

    @Option(
            names = "--baseline",
            split = ",",
            paramLabel = "PEER",
            description =
                    "Whom to relate the others to, with a table for each; by default the first of"
                            + " the peers.")
    private @Nullable List<String> baselines;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds, to take medians of.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "Seconds to measure for.")
    private double seconds;

    @Option(
            names = "--warmup-seconds",
            defaultValue = "4",
            description =
                    "Seconds before that, in the same JVM, at least: it goes on until the JIT"
                            + " compiler rests, for a minute at most.")
    private double warmUpSeconds;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long to wait, before each run, for the machine to be idle.")
    private int patienceSeconds;

    @Option(
            names = "--retries",
            defaultValue = "1",
            description = "How often to repeat a run during which others used the CPUs.")
    private int retries;

    @Option(
            names = "--host-network",
            description =
                    "Use this machine's loopback interface as it is set up, instead of a network"
                            + " namespace per run that has no pacing.")
    private boolean hostNetwork;

    @Option(
            names = "--json",
            description = "Print a line of JSON per baseline, figure and peer, no table.")
    private boolean json;

    @Spec private CommandSpec spec;

    private final Results results = new Results();
    private int failures;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (!tls) {
            return compare(Security.none());
        }
        try (TemporaryCertificates certificates = TemporaryCertificates.make(keyType)) {
            return compare(Security.tls(engine, certificates.folder()));
        }
    }

    private int compare(final Security security) throws InterruptedException, IOException {
        final List<Scenario> scenarios;
        final List<String> peers;
        final List<String> baselines;
        try {
            scenarios = figures.stream().map(Scenario::named).toList();
            peers = peers(security.peers());
            baselines = baselines(peers);
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        final var child =
                new ChildJvm(
                        network(),
                        security,
                        note -> progress("%s%n", note),
                        warmUpSeconds,
                        seconds);
        for (int round = 1; round <= rounds; round++) {
            for (final Scenario scenario : scenarios) {
                // There and back, so that one who always comes first isn't favoured or harmed.
                for (final String peer : round % 2 == 1 ? peers : reversed(peers)) {
                    progress("%d/%d %-9s %-16s ", round, rounds, scenario.id(), peer);
                    measure(child, round, peer, scenario);
                }
            }
        }
        print(scenarios, peers, baselines);
        return failures == 0 ? 0 : 1;
    }

    private List<String> peers(final Peers all) {
        if (peers == null) {
            return all.names();
        }
        peers.forEach(all::named);
        return peers;
    }

    private List<String> baselines(final List<String> peers) {
        if (baselines == null) {
            return peers.subList(0, 1);
        }
        for (final String baseline : baselines) {
            if (!peers.contains(baseline)) {
                throw new IllegalArgumentException(
                        "the baseline '%s' isn't one of the peers %s".formatted(baseline, peers));
            }
        }
        return baselines;
    }

    private static List<String> reversed(final List<String> peers) {
        final List<String> reversed = new ArrayList<>(peers);
        Collections.reverse(reversed);
        return reversed;
    }

    private OwnNetwork network() throws InterruptedException {
        final OwnNetwork network = hostNetwork ? OwnNetwork.none() : OwnNetwork.find();
        final String congestionControl = OwnNetwork.congestionControl();
        if (!network.exists() && congestionControl.equals("bbr")) {
            progress(Pinning.NOTE + "TCP is paced by BBR, also over loopback, so expect noise%n");
        }
        return network;
    }

    private void measure(
            final ChildJvm child, final int round, final String peer, final Scenario scenario)
            throws InterruptedException {
        try {
            final Measurement measurement = leastDisturbed(child, peer, scenario);
            results.add(round, measurement);
            final Metric metric = scenario.metric();
            progress(
                    "%12s %s%s%n",
                    metric.format(metric.of(measurement)),
                    metric.unit(),
                    measurement.isDisturbed()
                            ? " (others used %.0f %% of the CPUs)"
                                    .formatted(100 * measurement.disturbed())
                            : "");
        } catch (final IOException e) {
            failures++;
            progress("failed: %s%n", String.valueOf(e.getMessage()));
        }
    }

    private Measurement leastDisturbed(
            final ChildJvm child, final String peer, final Scenario scenario)
            throws IOException, InterruptedException {
        Measurement best = measureOnce(child, peer, scenario);
        for (int retry = 0; best.isDisturbed() && retry < retries; retry++) {
            final Measurement next = measureOnce(child, peer, scenario);
            best = next.disturbed() < best.disturbed() ? next : best;
        }
        return best;
    }

    private Measurement measureOnce(
            final ChildJvm child, final String peer, final Scenario scenario)
            throws IOException, InterruptedException {
        MachineLoad.awaitIdle(Duration.ofSeconds(patienceSeconds));
        return child.measure(peer, scenario);
    }

    private void progress(final String format, final Object... arguments) {
        final PrintWriter err = spec.commandLine().getErr();
        err.printf(Locale.ROOT, format, arguments);
        err.flush();
    }

    private void print(
            final List<Scenario> scenarios,
            final List<String> peers,
            final List<String> baselines) {
        final PrintWriter out = spec.commandLine().getOut();
        for (final String baseline : baselines) {
            if (json) {
                for (final Scenario scenario : scenarios) {
                    peers.forEach(peer -> out.println(results.toJson(peer, scenario, baseline)));
                }
            } else {
                final var table = new Table(results, peers, baseline);
                scenarios.forEach(table::add);
                out.print(table);
            }
        }
        out.flush();
    }
}
