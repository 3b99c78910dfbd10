// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.rdma;

import io.verbena.perf.process.WorkerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A server and a client of Verbena over one transport, warm after their first run. */
final class Pair implements AutoCloseable {
    private static final int COUNTERS = 3;

    private final String transport;
    private final String address;
    private final WorkerProcess server;
    private final WorkerProcess client;

    /**
     * What a run gave.
     *
     * @param count transactions.
     * @param tookNs nanoseconds that they took.
     * @param p50Ns the median of a round trip; of meaning if there was one at a time.
     * @param atClient what the client did for it.
     * @param atServer what the server did for it.
     */
    record Run(long count, long tookNs, long p50Ns, Counters atClient, Counters atServer) {}

    /** How much of which messages. */
    record Shape(int requestSize, int responseSize, int window) {
        private String words() {
            return "%d %d %d".formatted(requestSize, responseSize, window);
        }
    }

    private Pair(
            final String transport,
            final String address,
            final WorkerProcess server,
            final WorkerProcess client) {
        this.transport = transport;
        this.address = address;
        this.server = server;
        this.client = client;
    }

    static Pair start(final String transport, final String address, final List<String> javaOptions)
            throws IOException {
        final WorkerProcess server = start("server over " + transport, javaOptions);
        try {
            return new Pair(
                    transport, address, server, start("client over " + transport, javaOptions));
        } catch (final IOException e) {
            server.close();
            throw e;
        }
    }

    private static WorkerProcess start(final String name, final List<String> more)
            throws IOException {
        final List<String> javaOptions =
                new ArrayList<>(
                        List.of(
                                "-Xmx256m",
                                "-XX:+IgnoreUnrecognizedVMOptions",
                                "--enable-native-access=ALL-UNNAMED"));
        javaOptions.addAll(more);
        return WorkerProcess.start(name, javaOptions, Worker.class);
    }

    /** Connects, warms up, measures and disconnects. */
    Run measure(final Shape shape, final double warmUpSeconds, final double seconds)
            throws IOException, InterruptedException {
        return run(shape, warmUpSeconds, seconds, words("measure %.2f", seconds));
    }

    /** The same with a number of transactions. */
    Run count(final Shape shape, final double warmUpSeconds, final long transactions)
            throws IOException, InterruptedException {
        return run(shape, warmUpSeconds, 0, "run " + transactions);
    }

    private Run run(
            final Shape shape, final double warmUpSeconds, final double seconds, final String order)
            throws IOException, InterruptedException {
        final String where = " %s %s %s".formatted(transport, address, shape.words());
        final String port = server.ask(0, "serve" + where).get(0);
        client.ask(0, "connect" + where + " " + port);
        client.ask(warmUpSeconds, words("warm %.2f", warmUpSeconds));
        final Counters before = Counters.read(server.ask(0, "counters"));
        final List<String> did = client.ask(3 * seconds, order);
        final Counters after = Counters.read(server.ask(0, "counters"));
        client.ask(0, "close");
        server.ask(0, "close");
        return new Run(
                Long.parseLong(did.get(0)),
                Long.parseLong(did.get(1)),
                Long.parseLong(did.get(2)),
                Counters.read(did.subList(COUNTERS, did.size())),
                after.minus(before));
    }

    private static String words(final String format, final double seconds) {
        return String.format(Locale.ROOT, format, seconds);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
