// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PortalCounters;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for streams, on a thread of its own, which accepts and does nothing slow. A stream is
 * handed over as soon as a message has come: to a queue, an executor or a call-back. Until then,
 * and after {@link ServerStream#requeue()}, it costs no thread and no buffer.
 *
 * <p>Thread-safe.
 */
public final class StreamListener implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();

    /** Messages that a pool has which sessions share that can't leave the listener's thread. */
    private static final int HOSTED_MESSAGES = 16;

    /** The most that all of those pools may have. */
    private static final int MAX_HOSTED_POOLS = 64;

    private final EventQueueHandler eventQueue;
    private final StreamOptions options;
    private final Consumer<ServerStream> receiver;
    private final StreamStatistics statistics = new StreamStatistics();
    private final Lanes lanes;
    private final Set<ServerStream> streams = ConcurrentHashMap.newKeySet();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder handedOver = new LongAdder();
    private final LongAdder handOversFailed = new LongAdder();
    private final ServerPortal portal;
    private final Thread thread;
    private int hostedPools;

    private StreamListener(
            final URI uri, final StreamOptions options, final Consumer<ServerStream> receiver) {
        this.options = options;
        this.receiver = receiver;
        lanes = new Lanes(options);
        eventQueue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults()
                                .withIdlePolicy(IdlePolicy.BLOCK)
                                .withCloseTimeoutNs(options.closeTimeoutNs())
                                .withPoolGrowth(this::grow)
                                .withErrorHandler(this::failed));
        try {
            portal =
                    ServerPortal.listen(
                            eventQueue,
                            uri,
                            new ServerPortal.Handler() {
                                @Override
                                public void onSessionNew(final SessionRequest request) {
                                    accept(request);
                                }

                                @Override
                                public void onSessionRefused(
                                        final String remoteAddress,
                                        final EventReason reason,
                                        final String detail) {
                                    refused.increment();
                                }
                            },
                            options.portal());
        } catch (final Throwable e) {
            eventQueue.close();
            throw e;
        }
        thread = new Thread(eventQueue, "verbena-streams-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Listens, and calls back for each stream that has a message.
     *
     * @param uri where, as for {@link ServerPortal#listen}.
     * @param options time-outs, limits and this end's version.
     * @param receiver is called on the listener's thread, and must be quick: it hands the stream to
     *     whoever is to serve it. If it throws, the stream is closed.
     * @return the listener.
     * @throws io.verbena.VerbenaException if it can't listen there.
     */
    public static StreamListener listen(
            final URI uri, final StreamOptions options, final Consumer<ServerStream> receiver) {
        return new StreamListener(uri, options, receiver);
    }

    /**
     * Listens, and puts each stream that has a message into a queue. Whoever takes it out serves
     * it, and then calls {@link ServerStream#requeue()}, or closes it.
     *
     * @param uri where, as for {@link ServerPortal#listen}.
     * @param options time-outs, limits and this end's version.
     * @param queue where to; if it is full the stream is closed.
     * @return the listener.
     * @throws io.verbena.VerbenaException if it can't listen there.
     */
    public static StreamListener listen(
            final URI uri,
            final StreamOptions options,
            final BlockingQueue<? super ServerStream> queue) {
        return listen(
                uri,
                options,
                stream -> {
                    if (!queue.offer(stream)) {
                        throw new RejectedExecutionException("the queue of streams is full");
                    }
                });
    }

    /**
     * Listens, and has each stream that has a message served by an executor. When the handler
     * returns, the stream is given back; if it throws, it is closed.
     *
     * @param uri where, as for {@link ServerPortal#listen}.
     * @param options time-outs, limits and this end's version.
     * @param executor runs the handler; if it rejects the task, the stream is closed.
     * @param handler serves one request.
     * @return the listener.
     * @throws io.verbena.VerbenaException if it can't listen there.
     */
    public static StreamListener listen(
            final URI uri,
            final StreamOptions options,
            final Executor executor,
            final StreamHandler handler) {
        return listen(uri, options, stream -> executor.execute(() -> stream.serveWith(handler)));
    }

    // ---- on the listener's thread

    private void accept(final SessionRequest request) {
        final ServerCarrier carrier =
                request.isMovable()
                        ? new MovingCarrier(this, options)
                        : new HostedCarrier(this, options);
        final ServerStream stream = new ServerStream(carrier, this, options, statistics);
        carrier.accept(request, stream);
        streams.add(stream);
        accepted.increment();
        statistics.opened();
    }

    void handOver(final ServerStream stream) {
        handedOver.increment();
        stream.handedOver();
        try {
            receiver.accept(stream);
        } catch (final RuntimeException e) {
            handOverFailed(stream, e);
            stream.turnAway();
        }
    }

    void handOverFailed(final ServerStream stream, final Throwable cause) {
        handOversFailed.increment();
        log().warn(
                        "A stream of {} is closed, as nobody could serve it",
                        stream.remoteAddress(),
                        cause);
    }

    /** Memory for sessions that can't leave the listener's event queue. */
    private @Nullable MsgPool grow(final int inBytes) {
        if (inBytes > options.fragmentBytes() || hostedPools == MAX_HOSTED_POOLS) {
            return null;
        }
        hostedPools++;
        return MsgPool.direct(HOSTED_MESSAGES, options.fragmentBytes(), options.fragmentBytes());
    }

    private void failed(final Throwable cause) {
        handOversFailed.increment();
        log().error("The listener on {} goes on after a failure", uri(), cause);
    }

    // ---- for its streams

    EventQueueHandler eventQueue() {
        return eventQueue;
    }

    Lanes lanes() {
        return lanes;
    }

    SessionOptions sessionOptions() {
        return Sessions.options(options.portal().session(), options.fragmentBytes());
    }

    /** Takes a session back that was detached. */
    void adopt(final ServerSession session) {
        eventQueue.execute(() -> session.attach(eventQueue));
    }

    void execute(final Runnable task) {
        eventQueue.execute(task);
    }

    boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    void forget(final ServerStream stream) {
        if (streams.remove(stream)) {
            statistics.closed();
        }
    }

    // ---- what everybody may know

    /**
     * Where it listens, with the real port.
     *
     * @return the URI.
     */
    public URI uri() {
        return portal.uri();
    }

    /**
     * What has been counted of messages, over all streams.
     *
     * @return the statistics.
     */
    public StreamStatistics statistics() {
        return statistics;
    }

    /**
     * What has been counted of streams.
     *
     * @return the figures of this moment.
     */
    public StreamCounters counters() {
        return new StreamCounters(
                accepted.sum(),
                refused.sum(),
                streams.size(),
                handedOver.sum(),
                handOversFailed.sum());
    }

    /**
     * Asks for what the portal has counted. The listener's thread answers, so an answer that comes
     * says that it goes on, too.
     *
     * @return the figures, in a moment; fails if the listener is closed.
     */
    public CompletableFuture<PortalCounters> portalCounters() {
        try {
            return CompletableFuture.supplyAsync(portal::counters, eventQueue::execute);
        } catch (final RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Listens no more, and ends the streams that nobody serves. Those that were handed over are
     * still their owners', to be closed; {@link ServerStream#requeue()} closes them, too.
     * Idempotent; takes little more than {@link StreamOptions#closeTimeoutNs()}.
     */
    @Override
    public void close() {
        eventQueue.close();
        lanes.close();
        boolean interrupted = false;
        final long endNs =
                System.nanoTime() + options.closeTimeoutNs() + TimeUnit.SECONDS.toNanos(1);
        while (thread.isAlive() && endNs - System.nanoTime() > 0 && !isOwnThread()) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, endNs - System.nanoTime());
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looked up when there is something to say: who never hears of it needs no back end. */
    private static Logger log() {
        return LoggerFactory.getLogger(StreamListener.class);
    }
}
