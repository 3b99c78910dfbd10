// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.ServerPortal;
import io.verbena.SessionRequest;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread of a {@link LoadServer}, with its event queue, its pool, and its portal. */
final class ServeThread {
    private static final Logger LOG = LoggerFactory.getLogger(ServeThread.class);

    private final LoadServer server;
    private final ServePlan plan;
    private final int index;
    private final long startNs = System.nanoTime();
    private final Answering answering;
    private final CompletableFuture<Opened> opened = new CompletableFuture<>();
    private final Thread thread;

    private volatile ServeStatistics statistics = ServeStatistics.NONE;

    /** What others need of the event queue, and may use from their threads. */
    private record Opened(
            EventQueueHandler eventQueue, List<ServerPortal> portals, List<URI> uris) {}

    private ServeThread(final LoadServer server, final ServePlan plan, final int index) {
        this.server = server;
        this.plan = plan;
        this.index = index;
        answering = new Answering(server::onSessionClosed);
        thread = new Thread(this::run, "serve-" + index);
        thread.setDaemon(true);
    }

    /** Returns when the portal is open; throws what kept it from that. */
    static ServeThread start(final LoadServer server, final ServePlan plan, final int index) {
        final ServeThread started = new ServeThread(server, plan, index);
        started.thread.start();
        try {
            started.opened.join();
        } catch (final CompletionException e) {
            started.join();
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new LoadException("can't serve: " + e.getCause(), e.getCause());
        }
        return started;
    }

    private void run() {
        try {
            if (!plan.cpus().isEmpty()) {
                Cpu.pinThisThread(plan.cpus().get(index % plan.cpus().size()));
            }
            serve();
        } catch (final Throwable e) {
            if (!opened.completeExceptionally(e)) {
                server.onFailed(e);
            }
        }
    }

    private void serve() {
        final EventQueueOptions options =
                EventQueueOptions.defaults()
                        .withIdlePolicy(plan.idlePolicy())
                        // One client's trouble is no reason to leave the others.
                        .withErrorHandler(e -> LOG.warn("a session's handler failed", e));
        try (MsgPool pool =
                MsgPool.direct(
                        plan.messages(),
                        Pools.spaced(plan.inBytes()),
                        Pools.spaced(plan.outBytes()))) {
            final EventQueueHandler eventQueue = EventQueueHandler.open(options);
            try (eventQueue) {
                eventQueue.bind(pool, PoolUse.SERVER);
                final List<ServerPortal> portals = open(eventQueue);
                opened.complete(
                        new Opened(
                                eventQueue,
                                portals,
                                portals.stream().map(ServerPortal::uri).toList()));
                eventQueue.run();
            }
            // When closing has done all that there was to do.
            statistics =
                    ServeStatistics.of(
                            eventQueue.counters(), answering.totals(), System.nanoTime() - startNs);
        }
    }

    /** The first thread listens, and the others take what it gives them. */
    private List<ServerPortal> open(final EventQueueHandler eventQueue) {
        if (index > 0) {
            return List.of(ServerPortal.worker(eventQueue, this::accept, server.portalOptions()));
        }
        return plan.uris().stream()
                .map(
                        uri ->
                                ServerPortal.listen(
                                        eventQueue,
                                        uri,
                                        request -> server.onSessionNew(request, this),
                                        server.portalOptions(uri)))
                .toList();
    }

    void accept(final SessionRequest request) {
        try {
            request.accept(answering);
            server.onSessionOpen();
        } catch (final IllegalStateException e) {
            LOG.debug("{} has gone before it was accepted", request.remoteAddress(), e);
        }
    }

    /** Gives a session to this thread; called by the one that listens. */
    void forward(final SessionRequest request) {
        try {
            request.forward(opened.join().portals().get(0));
        } catch (final IllegalStateException e) {
            LOG.debug("{} has gone before it was forwarded", request.remoteAddress(), e);
        }
    }

    EventQueueHandler eventQueue() {
        return opened.join().eventQueue();
    }

    List<URI> uris() {
        return opened.join().uris();
    }

    ServeStatistics statistics() {
        return statistics;
    }

    void stop() {
        eventQueue().breakEventLoop();
    }

    void join() {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (final InterruptedException e) {
                interrupted = true; // the thread ends in any case
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
