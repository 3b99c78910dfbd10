// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.bridge;

import io.verbena.perf.tls.KeyType;
import io.verbena.perf.tls.TemporaryCertificates;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * The round trip of a message between two programs on plain blocking sockets: without anything
 * between, through a plain relay, through a bridge in its place, and through two of each. Each
 * relay is a process of its own and stays, as its connection does; they are measured in turn, so
 * that what the machine does besides is in all of them alike.
 */
public final class BridgeComparison {
    private static final URI ANY = URI.create("jit://127.0.0.1:0");
    private static final double NS_PER_US = 1000;

    private final Plan plan;
    private final Consumer<String> progress;

    /**
     * What to measure.
     *
     * @param bytes of a message, 16 at least.
     * @param rounds how often each is measured.
     * @param count round trips of each in a round.
     * @param warmUp round trips of each before the first.
     * @param between the scheme that two bridges have between them.
     */
    public record Plan(int bytes, int rounds, int count, int warmUp, String between) {}

    /** What a message goes through. */
    public enum Way {
        /** Nothing. */
        DIRECT,
        /** One plain relay. */
        SOCAT,
        /** One bridge, of OpenJ9's framing on both sides. */
        BRIDGE,
        /** Two plain relays. */
        TWO_SOCATS,
        /** Two bridges, with another transport between them. */
        TWO_BRIDGES
    }

    /**
     * What was measured of a way.
     *
     * @param way the way.
     * @param p50Us each round's median, in microseconds, ascending.
     * @param meanUs each round's mean, ascending.
     */
    public record Row(Way way, List<Double> p50Us, List<Double> meanUs) {
        /**
         * The middle round's median.
         *
         * @return microseconds.
         */
        public double medianP50Us() {
            return p50Us.get(p50Us.size() / 2);
        }

        /**
         * The middle round's mean.
         *
         * @return microseconds.
         */
        public double medianMeanUs() {
            return meanUs.get(meanUs.size() / 2);
        }
    }

    /**
     * What was measured.
     *
     * @param rows one for each way, in their order.
     */
    public record Result(List<Row> rows) {
        private Row row(final Way way) {
            return rows.get(way.ordinal());
        }

        /**
         * What a way adds to the round trip without anything between.
         *
         * @param way the way.
         * @return microseconds, of the medians.
         */
        public double addedUs(final Way way) {
            return row(way).medianP50Us() - row(Way.DIRECT).medianP50Us();
        }

        /**
         * What a bridge adds, as a multiple of what a plain relay adds.
         *
         * @return the ratio.
         */
        public double ratio() {
            return addedUs(Way.BRIDGE) / addedUs(Way.SOCAT);
        }

        /**
         * What two bridges add, as a multiple of what two plain relays add.
         *
         * @return the ratio.
         */
        public double ratioOfTwo() {
            return addedUs(Way.TWO_BRIDGES) / addedUs(Way.TWO_SOCATS);
        }
    }

    /**
     * Prepares it.
     *
     * @param plan what to measure.
     * @param progress who is told how far it is.
     */
    public BridgeComparison(final Plan plan, final Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @return the result.
     * @throws IOException if something between failed.
     * @throws InterruptedException if the thread is interrupted.
     */
    public Result run() throws IOException, InterruptedException {
        final Deque<RelayProcess> relays = new ArrayDeque<>();
        try (TemporaryCertificates certificates = TemporaryCertificates.make(KeyType.EC);
                Echo.Server server = new Echo.Server()) {
            try {
                return measureAll(open(server.uri(), certificates, relays));
            } finally {
                while (!relays.isEmpty()) {
                    relays.pop().close();
                }
            }
        }
    }

    /** Where each way begins. */
    private Map<Way, URI> open(
            final URI server,
            final TemporaryCertificates certificates,
            final Deque<RelayProcess> relays)
            throws IOException, InterruptedException {
        final List<String> options =
                plan.between().endsWith("tls")
                        ? List.of("--tls-dir", certificates.folder().path().toString())
                        : List.of();
        final Map<Way, URI> ways = new EnumMap<>(Way.class);
        ways.put(Way.DIRECT, server);
        ways.put(Way.SOCAT, opened(relays, RelayProcess.socat(server)));
        ways.put(Way.BRIDGE, opened(relays, RelayProcess.bridge(ANY, server, List.of())));
        final URI second = opened(relays, RelayProcess.socat(server));
        ways.put(Way.TWO_SOCATS, opened(relays, RelayProcess.socat(second)));
        final URI between = URI.create(plan.between() + "://127.0.0.1:0");
        final URI far = opened(relays, RelayProcess.bridge(between, server, options));
        ways.put(Way.TWO_BRIDGES, opened(relays, RelayProcess.bridge(ANY, far, options)));
        return ways;
    }

    private static URI opened(final Deque<RelayProcess> relays, final RelayProcess relay) {
        relays.push(relay);
        return relay.uri();
    }

    private Result measureAll(final Map<Way, URI> ways) throws IOException {
        final Map<Way, Echo.Client> clients = new EnumMap<>(Way.class);
        try {
            for (final Way way : Way.values()) {
                final URI uri = ways.get(way);
                if (uri == null) {
                    throw new IllegalStateException("there is no way " + way);
                }
                clients.put(way, new Echo.Client(uri, plan.bytes()));
            }
            for (final Echo.Client client : clients.values()) {
                client.measure(plan.warmUp());
            }
            return new Result(measureRounds(clients));
        } finally {
            for (final Echo.Client client : clients.values()) {
                client.close();
            }
        }
    }

    private List<Row> measureRounds(final Map<Way, Echo.Client> clients) throws IOException {
        final List<Row> rows = new ArrayList<>();
        clients.forEach(
                (way, client) -> rows.add(new Row(way, new ArrayList<>(), new ArrayList<>())));
        for (int round = 1; round <= plan.rounds(); round++) {
            for (final Map.Entry<Way, Echo.Client> each : clients.entrySet()) {
                final Histogram latency = each.getValue().measure(plan.count());
                final Row row = rows.get(each.getKey().ordinal());
                row.p50Us().add(latency.getValueAtPercentile(50) / NS_PER_US);
                row.meanUs().add(latency.getMean() / NS_PER_US);
            }
            progress.accept("round %d of %d".formatted(round, plan.rounds()));
        }
        rows.forEach(
                row -> {
                    row.p50Us().sort(null);
                    row.meanUs().sort(null);
                });
        return rows;
    }
}
