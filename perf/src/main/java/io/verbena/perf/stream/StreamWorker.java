// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.stream;

import com.sun.management.OperatingSystemMXBean;
import io.verbena.perf.process.Orders;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of the conversations of one kind, as a process, whose CPU time is that of both.
 *
 * <p>{@code open KIND URI CLIENTS IDLE} comes first. {@code converse COUNT} has each client hold so
 * many conversations; the answer is the nanoseconds of CPU time and of wall time that one took, and
 * the threads of the process.
 */
public final class StreamWorker implements AutoCloseable {
    private final Conversing conversing;
    private final ExecutorService threads;

    private StreamWorker(final Conversing conversing) {
        this.conversing = conversing;
        threads = Executors.newFixedThreadPool(conversing.clients().size());
    }

    /** The orders of a process. */
    private static final class Station implements Orders.Obedient, AutoCloseable {
        private @Nullable StreamWorker worker;

        @Override
        public String obey(final List<String> words) throws Exception {
            if (words.get(0).equals("open")) {
                worker =
                        new StreamWorker(
                                Kind.valueOf(words.get(1))
                                        .open(
                                                URI.create(words.get(2)),
                                                Integer.parseInt(words.get(3)),
                                                Integer.parseInt(words.get(4))));
                return "";
            }
            return Objects.requireNonNull(worker, "open comes first")
                    .converse(Integer.parseInt(words.get(1)));
        }

        @Override
        public void close() throws IOException {
            if (worker != null) {
                worker.close();
            }
        }
    }

    /**
     * Runs it.
     *
     * @param args none.
     * @throws IOException if there is no input, or sockets can't be closed.
     */
    public static void main(final String[] args) throws IOException {
        try (Station station = new Station()) {
            Orders.takeAll(station);
        }
        System.exit(0);
    }

    private String converse(final int conversations)
            throws InterruptedException, ExecutionException {
        final OperatingSystemMXBean process =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        final long startNs = System.nanoTime();
        final long startCpuNs = process.getProcessCpuTime();
        final List<Future<Integer>> asking = new ArrayList<>();
        for (final Talk talk : conversing.clients()) {
            asking.add(threads.submit(() -> askAll(talk, conversations)));
        }
        int most = 0;
        for (final Future<Integer> each : asking) {
            most = Math.max(most, each.get());
        }
        final double held = conversations;
        final double cpuNs =
                (process.getProcessCpuTime() - startCpuNs) / (held * conversing.clients().size());
        final double wallNs = (System.nanoTime() - startNs) / held;
        conversing.check();
        return "%s %s %d".formatted(cpuNs, wallNs, most);
    }

    @Override
    public void close() throws IOException {
        // A client is its thread's as long as that converses.
        threads.shutdownNow();
        Conversing.awaitEnd(threads);
        conversing.close();
    }

    private static int askAll(final Talk talk, final int conversations) {
        final Conversation conversation = new Conversation();
        for (int i = 0; i < conversations; i++) {
            conversation.ask(talk);
        }
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }
}
