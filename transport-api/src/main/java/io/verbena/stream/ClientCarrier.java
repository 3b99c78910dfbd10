// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.VerbenaException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A client's session on an event queue of its own, which the thread that waits for an answer runs
 * itself: nobody has to wake it but the kernel.
 */
final class ClientCarrier implements Carrier, ClientSession.Handler {
    private final EventQueueHandler eventQueue;
    private final MsgPool pool;
    private final String server;
    private final String hasEnded;
    private final Msg msg;
    private @Nullable ClientSession session;
    private boolean established;
    private boolean answered;
    private @Nullable EventReason failure;
    private @Nullable SessionClosed end;
    private volatile boolean cancelled;

    private ClientCarrier(
            final EventQueueHandler eventQueue, final MsgPool pool, final String server) {
        this.eventQueue = eventQueue;
        this.pool = pool;
        this.server = server;
        this.hasEnded = "the stream to %s has ended".formatted(server);
        this.msg = pool.take();
    }

    /** Returns it with its session established. */
    static ClientCarrier connect(
            final URI uri, final StreamOptions options, final long deadlineNs) {
        final EventQueueHandler eventQueue = EventQueueHandler.open(queueOptions(options));
        MsgPool pool = null;
        try {
            pool = MsgPool.direct(1, options.fragmentBytes(), options.fragmentBytes());
            eventQueue.bind(pool, PoolUse.CLIENT);
            final ClientCarrier carrier = new ClientCarrier(eventQueue, pool, uri.toString());
            carrier.connect(uri, options, deadlineNs, options.timeoutNs());
            return carrier;
        } catch (final Throwable e) {
            eventQueue.close();
            if (pool != null) {
                closePool(pool, e);
            }
            throw e;
        }
    }

    private static void closePool(final MsgPool pool, final Throwable because) {
        try {
            pool.close();
        } catch (final IllegalStateException e) {
            because.addSuppressed(e);
        }
    }

    static EventQueueOptions queueOptions(final StreamOptions options) {
        return EventQueueOptions.defaults()
                .withIdlePolicy(IdlePolicy.BLOCK)
                .withReturnsOnInterrupt(true)
                .withStallTimeoutNs(options.timeoutNs())
                .withCloseTimeoutNs(options.closeTimeoutNs());
    }

    private void connect(
            final URI uri,
            final StreamOptions options,
            final long deadlineNs,
            final long timeoutNs) {
        final String hasFailed = "%s could not be connected to".formatted(server);
        try {
            session =
                    ClientSession.connect(
                            eventQueue,
                            uri,
                            this,
                            options.connect()
                                    .withSession(
                                            Sessions.options(
                                                    options.connect().session(),
                                                    options.fragmentBytes())));
            while (!established) {
                final long nowNs = System.nanoTime();
                checkPatience(deadlineNs - nowNs, timeoutNs);
                checkOpen(hasFailed);
                eventQueue.runEventLoopAt(nowNs, 1, deadlineNs - nowNs);
            }
        } catch (final VerbenaException e) {
            msg.release();
            throw e instanceof StreamFailure ? e : Failures.refused(hasFailed, e);
        } catch (final Throwable e) {
            msg.release();
            throw e;
        }
    }

    /** The one message that goes back and forth. */
    Msg message() {
        return msg;
    }

    private void checkOpen(final String what) {
        final SessionClosed why = end;
        if (why != null) {
            throw Failures.closed(what, why);
        }
    }

    /** Who stops waiting may lose the session by that; so this is to be told, and first. */
    private void checkPatience(final long leftNs, final long timeoutNs) {
        if (cancelled) {
            throw Failures.cancelled();
        }
        if (Thread.currentThread().isInterrupted()) {
            throw Failures.interrupted();
        }
        if (leftNs <= 0) {
            throw Failures.late(server, timeoutNs);
        }
    }

    @Override
    public Msg receive(final long startNs, final long deadlineNs) {
        long nowNs = startNs;
        while (!answered) {
            checkPatience(deadlineNs - nowNs, deadlineNs - startNs);
            final EventReason reason = failure;
            if (reason != null && (reason != EventReason.FLUSHED || end != null)) {
                final SessionClosed why = end;
                throw why != null
                        ? Failures.closed(hasEnded, why)
                        : Failures.message(reason, server, msg.out().position());
            }
            checkOpen(hasEnded);
            eventQueue.runEventLoopAt(nowNs, 1, deadlineNs - nowNs);
            if (!answered) {
                nowNs = System.nanoTime();
            }
        }
        answered = false;
        return msg;
    }

    @Override
    public void send(final Msg message) {
        final ClientSession current = session;
        if (current == null) {
            throw new IllegalStateException("the stream is not connected");
        }
        try {
            current.sendRequest(message);
        } catch (final SessionClosedException e) {
            throw Failures.refused(hasEnded, e);
        } catch (final IllegalArgumentException e) {
            throw Failures.message(EventReason.REQUEST_TOO_LARGE, server, message.out().position());
        }
        eventQueue.flush();
    }

    @Override
    public void close() {
        // Closes the session in good order, within the event queue's time.
        eventQueue.close();
        if (!pool.isClosed()) {
            msg.release();
            pool.close();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        eventQueue.breakEventLoop();
    }

    @Override
    public void onEstablished(final ClientSession current) {
        established = true;
    }

    @Override
    public void onResponse(final ClientSession current, final Msg message) {
        answered = true;
    }

    @Override
    public void onMsgError(
            final ClientSession current, final Msg message, final EventReason reason) {
        failure = reason;
    }

    @Override
    public void onClosed(final ClientSession current, final SessionClosed event) {
        end = event;
    }

    @Override
    public String remoteAddress() {
        return session == null ? "" : session.remoteAddress();
    }

    @Override
    public String transport() {
        return session == null ? "" : session.transport();
    }
}
