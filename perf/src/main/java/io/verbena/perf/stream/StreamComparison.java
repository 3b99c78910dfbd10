// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import com.sun.management.OperatingSystemMXBean;
import io.verbena.stream.ClientStream;
import io.verbena.stream.ServerStream;
import io.verbena.stream.StreamConnectionTerminate;
import io.verbena.stream.StreamListener;
import io.verbena.stream.StreamOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The same conversations over plain blocking sockets and over streams, by as many client threads as
 * server threads, both ends in this process: so its CPU time is that of both.
 *
 * <p>Plain sockets have a thread each at the server, so the streams that are compared with them
 * have one, too: it serves a stream until the client ends it. Streams that are given back after
 * each conversation, and handed over for the next, as a server does that has many more of them than
 * threads, are measured besides.
 */
public final class StreamComparison {
    private static final double NS_PER_US = 1e3;

    /**
     * In which each round's conversations are held, the kinds by turns: the shorter they are, the
     * more alike is what the machine has to spare for each kind. Idle streams take too long to open
     * for that; with them a round is one turn.
     */
    private static final int TURNS = 10;

    private final Plan plan;
    private final Consumer<String> progress;

    /**
     * Makes one.
     *
     * @param plan what to measure.
     * @param progress is told how far it is.
     */
    public StreamComparison(final Plan plan, final Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * What to measure.
     *
     * @param uri where the streams' server listens.
     * @param threads client threads, and as many of the server.
     * @param rounds of all kinds in turn.
     * @param warmupNs nanoseconds of such rounds before, one at least, which don't count.
     * @param conversations of each thread in a round.
     * @param idleStreams that are open on the streams' server besides.
     */
    public record Plan(
            URI uri, int threads, int rounds, long warmupNs, int conversations, int idleStreams) {}

    /**
     * What was measured of one kind.
     *
     * @param cpuUs microseconds of CPU of both ends for a conversation, each turn's.
     * @param wallUs microseconds from a conversation's begin to its end, each turn's.
     * @param threads of the process while it was measured, most of any turn's; as many as the plan
     *     says are the clients'.
     */
    public record Result(List<Double> cpuUs, List<Double> wallUs, int threads) {
        /**
         * The middle turn's CPU time.
         *
         * @return microseconds.
         */
        public double medianCpuUs() {
            return median(cpuUs);
        }

        /**
         * The middle turn's wall time.
         *
         * @return microseconds.
         */
        public double medianWallUs() {
            return median(wallUs);
        }

        /**
         * The CPU time as a part of another kind's in the same turn: the middle of all turns.
         *
         * @param other the other kind.
         * @return 1 if they need the same.
         */
        public double cpuTo(final Result other) {
            return medianRatio(cpuUs, other.cpuUs);
        }

        /**
         * The same of the wall time.
         *
         * @param other the other kind.
         * @return 1 if they take the same.
         */
        public double wallTo(final Result other) {
            return medianRatio(wallUs, other.wallUs);
        }

        private static double medianRatio(final List<Double> these, final List<Double> those) {
            return median(
                    IntStream.range(0, these.size())
                            .mapToObj(i -> these.get(i) / those.get(i))
                            .toList());
        }

        private static double median(final List<Double> values) {
            final double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    /**
     * What was measured.
     *
     * @param plain over plain sockets.
     * @param streams over streams, each with a thread of the server.
     * @param handedOver over streams that are handed over to a thread for each conversation.
     */
    public record Results(Result plain, Result streams, Result handedOver) {}

    /** A connection of either kind. */
    private interface Client extends AutoCloseable {
        Talk talk();

        @Override
        void close() throws IOException;
    }

    /** Connects one. */
    private interface Connector {
        Client connect() throws IOException;
    }

    /**
     * Measures.
     *
     * @return the results.
     * @throws IOException if the plain sockets fail.
     * @throws InterruptedException if the thread is interrupted.
     */
    public Results run() throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        do {
            progress.accept("warms up");
            round(new Samples(), new Samples(), new Samples());
        } while (System.nanoTime() - startNs < plan.warmupNs());
        final Samples plain = new Samples();
        final Samples streams = new Samples();
        final Samples handedOver = new Samples();
        for (int i = 1; i <= plan.rounds(); i++) {
            progress.accept("round %d of %d".formatted(i, plan.rounds()));
            round(plain, streams, handedOver);
        }
        return new Results(plain.result(), streams.result(), handedOver.result());
    }

    private void round(final Samples plain, final Samples streams, final Samples handedOver)
            throws IOException, InterruptedException {
        final int turns = plan.idleStreams() == 0 ? Math.min(TURNS, plan.conversations()) : 1;
        int held = 0;
        for (int turn = 1; turn <= turns; turn++) {
            final int conversations = (int) ((long) plan.conversations() * turn / turns) - held;
            held += conversations;
            measurePlain(plain, conversations);
            measureStreams(streams, conversations, true /* keep */);
            measureStreams(handedOver, conversations, false /* keep */);
        }
    }

    /** Of one kind. */
    private static final class Samples {
        private final List<Double> cpuUs = new ArrayList<>();
        private final List<Double> wallUs = new ArrayList<>();
        private int threads;

        void add(final double cpuNs, final double wallNs, final int most) {
            cpuUs.add(cpuNs / NS_PER_US);
            wallUs.add(wallNs / NS_PER_US);
            threads = Math.max(threads, most);
        }

        Result result() {
            return new Result(cpuUs, wallUs, threads);
        }
    }

    private void measurePlain(final Samples into, final int conversations)
            throws IOException, InterruptedException {
        final ExecutorService servers = Executors.newCachedThreadPool();
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            servers.execute(() -> acceptPlain(listener, servers));
            converse(() -> connectPlain(listener), conversations, into);
        } finally {
            stop(servers);
        }
    }

    private static void acceptPlain(
            final ServerSocketChannel listener, final ExecutorService servers) {
        try {
            while (true) {
                final SocketChannel socket = listener.accept();
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                servers.execute(() -> servePlain(socket));
            }
        } catch (final ClosedChannelException e) {
            // The measurement is over.
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void servePlain(final SocketChannel socket) {
        final Conversation conversation = new Conversation();
        try (PlainTalk talk = new PlainTalk(socket)) {
            while (true) {
                conversation.answer(talk);
            }
        } catch (final IOException | UncheckedIOException e) {
            // The client has had enough.
        }
    }

    private static Client connectPlain(final ServerSocketChannel listener) throws IOException {
        final SocketChannel socket = SocketChannel.open(listener.getLocalAddress());
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        final PlainTalk talk = new PlainTalk(socket);
        return new Client() {
            @Override
            public Talk talk() {
                return talk;
            }

            @Override
            public void close() throws IOException {
                talk.close();
            }
        };
    }

    private void measureStreams(final Samples into, final int conversations, final boolean keep)
            throws IOException, InterruptedException {
        final ExecutorService servers = Executors.newFixedThreadPool(plan.threads());
        final BlockingQueue<ServerStream> queue = new LinkedBlockingQueue<>();
        try (StreamListener listener =
                        StreamListener.listen(plan.uri(), StreamOptions.defaults(), queue);
                IdleStreams idle = IdleStreams.open(listener.uri(), plan.idleStreams())) {
            for (int i = 0; i < plan.threads(); i++) {
                servers.execute(() -> serveStreams(queue, keep));
            }
            converse(() -> connectStream(listener.uri()), conversations, into);
            idle.stillThere();
        } finally {
            stop(servers);
        }
    }

    private static void serveStreams(final BlockingQueue<ServerStream> queue, final boolean keep) {
        final Conversation conversation = new Conversation();
        try {
            while (true) {
                final ServerStream stream = queue.take();
                try {
                    final Talk talk = Talk.of(stream);
                    do {
                        conversation.answer(talk);
                    } while (keep);
                    stream.requeue();
                } catch (final StreamConnectionTerminate e) {
                    stream.close();
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Client connectStream(final URI uri) {
        final ClientStream stream = ClientStream.connect(uri);
        final Talk talk = Talk.of(stream);
        return new Client() {
            @Override
            public Talk talk() {
                return talk;
            }

            @Override
            public void close() {
                stream.close();
            }
        };
    }

    /** Connects everybody, and measures while they converse. */
    private void converse(final Connector connector, final int conversations, final Samples into)
            throws IOException, InterruptedException {
        final ExecutorService threads = Executors.newFixedThreadPool(plan.threads());
        final List<Client> connected = new ArrayList<>();
        try {
            for (int i = 0; i < plan.threads(); i++) {
                connected.add(connector.connect());
            }
            measure(threads, connected, conversations, into);
        } catch (final ExecutionException e) {
            throw new IllegalStateException("a client has failed: " + e.getCause(), e.getCause());
        } finally {
            // A client is its thread's as long as that converses.
            stop(threads);
            for (final Client client : connected) {
                client.close();
            }
        }
    }

    private void measure(
            final ExecutorService threads,
            final List<Client> connected,
            final int conversations,
            final Samples into)
            throws InterruptedException, ExecutionException {
        final OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        final long startNs = System.nanoTime();
        final long startCpuNs = process.getProcessCpuTime();
        final List<Future<Integer>> asking = new ArrayList<>();
        for (final Client client : connected) {
            asking.add(threads.submit(() -> askAll(client, conversations)));
        }
        int most = 0;
        for (final Future<Integer> each : asking) {
            most = Math.max(most, each.get());
        }
        into.add(
                (process.getProcessCpuTime() - startCpuNs)
                        / ((double) conversations * plan.threads()),
                (System.nanoTime() - startNs) / (double) conversations,
                most);
    }

    private static int askAll(final Client client, final int conversations) {
        final Conversation conversation = new Conversation();
        for (int i = 0; i < conversations; i++) {
            conversation.ask(client.talk());
        }
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static void stop(final ExecutorService threads) throws InterruptedException {
        threads.shutdownNow();
        if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("threads of the measurement don't end");
        }
    }
}
