// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.EventQueueHandler;
import io.verbena.PortalOptions;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The server of a {@link LoadPlan}: answers each request with as many bytes as it asks for and with
 * its sequence number at both ends. The first event queue listens; with several, sessions go round.
 */
public final class LoadServer implements AutoCloseable {
    private static final int MAX_WINDOW = 32767;
    private static final int MAX_PENDING = 65536;

    private final ServePlan plan;
    private final List<ServeThread> threads = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    private int nextThread;

    private LoadServer(final ServePlan plan) {
        this.plan = plan;
    }

    /**
     * Starts to serve, in the background.
     *
     * @param plan where and how.
     * @return the server, listening.
     * @throws IllegalArgumentException if the URI can't ever be listened on, or the pool can't be.
     * @throws io.verbena.VerbenaException if it can't listen there.
     * @throws LoadException if a thread can't be had as planned.
     */
    public static LoadServer start(final ServePlan plan) {
        final LoadServer server = new LoadServer(plan);
        try {
            // The listening one comes last, when there are others to forward to.
            for (int i = plan.threads() - 1; i >= 0; i--) {
                server.threads.add(0, ServeThread.start(server, plan, i));
            }
        } catch (final RuntimeException | Error e) {
            server.stop();
            server.join();
            throw e;
        }
        return server;
    }

    /**
     * Where it listens.
     *
     * @return the URIs, in the order of the plan, with real ports.
     */
    public List<URI> uris() {
        return threads.get(0).uris();
    }

    /**
     * Where it listens first.
     *
     * @return the URI, with the real port.
     */
    public URI uri() {
        return uris().get(0);
    }

    /** Ends the server, without waiting for it. May be called by any thread. */
    public void stop() {
        ended.countDown();
    }

    /**
     * Waits until the server ends: by {@link #stop()}, after the last session if the plan says so,
     * or because it failed.
     *
     * @return what it has done.
     * @throws LoadException if it failed.
     * @throws InterruptedException if the wait is interrupted.
     */
    public ServeStatistics awaitEnd() throws InterruptedException {
        ended.await();
        return end();
    }

    private ServeStatistics end() {
        stop();
        join();
        final Throwable cause = failure.get();
        if (cause != null) {
            throw new LoadException("the server failed: " + cause, cause);
        }
        return threads.stream()
                .map(ServeThread::statistics)
                .reduce(ServeStatistics.NONE, ServeStatistics::plus);
    }

    private void join() {
        threads.forEach(ServeThread::stop);
        threads.forEach(ServeThread::join);
    }

    /** Ends the server and waits for it. Idempotent. */
    @Override
    public void close() {
        end();
    }

    // What the threads call.

    /** For a portal at a URI; one that sends in clear goes without TLS. */
    PortalOptions portalOptions(final URI uri) {
        final PortalOptions options = portalOptions();
        return uri.getScheme().endsWith("tls") ? options : options.withTls(null);
    }

    PortalOptions portalOptions() {
        return plan.portalOptions()
                .withMaxPending(MAX_PENDING)
                .withSession(
                        SessionOptions.defaults()
                                .withWindow(Math.min(plan.messages(), MAX_WINDOW)));
    }

    /** Takes a new session on the listening thread, or gives it to the one whose turn it is. */
    void onSessionNew(final SessionRequest request, final ServeThread listening) {
        final ServeThread thread = nextThread == 0 ? listening : threads.get(nextThread - 1);
        nextThread = (nextThread + 1) % plan.threads();
        if (thread == listening) {
            listening.accept(request);
        } else {
            thread.forward(request);
        }
    }

    void onSessionOpen() {
        open.incrementAndGet();
    }

    void onSessionClosed() {
        if (open.decrementAndGet() == 0 && plan.once()) {
            stop();
        }
    }

    void onFailed(final Throwable cause) {
        failure.compareAndSet(null, cause);
        stop();
    }

    /** The event queue of a thread, for tests that disturb it. */
    EventQueueHandler eventQueue(final int thread) {
        return threads.get(thread).eventQueue();
    }
}
