// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What stands between calls, which come from any thread, and a session, which only its event
 * queue's thread may touch.
 *
 * <p>A call is put among those that wait, and the event queue is asked to look there. It ends by a
 * response, a failure, its deadline or its caller, whichever comes first.
 */
final class ClientCore {
    /**
     * How often to look for a message that went past its deadline and has become free meanwhile.
     */
    private static final long QUARANTINE_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How much later than its deadline a call ends if nobody runs the event loop. */
    private static final long LOOP_GRACE_NS = TimeUnit.SECONDS.toNanos(1);

    /** Far enough away, and near enough for times to be compared by subtraction. */
    private static final long MAX_TIMEOUT_NS = Long.MAX_VALUE / 4;

    private final EventQueueHandler eventQueue;
    private final URI uri;
    private final ClientOptions options;
    private final MsgPool pool;
    private final CompletableFuture<SessionClosed> closed = new CompletableFuture<>();
    private final CompletableFuture<Void> established = new CompletableFuture<>();

    private final ClientCalls calls;
    private final AtomicBoolean pumpAsked = new AtomicBoolean();
    private final AtomicReference<@Nullable SessionClosed> end = new AtomicReference<>();
    private final ClientDeadlines deadlines = new ClientDeadlines(this::onDeadline);

    // The rest belongs to the event queue's thread.
    private @Nullable ClientSession session;
    private boolean wasEstablished;
    private int inFlight;

    ClientCore(final EventQueueHandler eventQueue, final URI uri, final ClientOptions options) {
        if (uri.getScheme() == null) {
            throw new IllegalArgumentException(
                    "not a URI to connect to: '%s'; it must name a transport, as tcp://host:port does"
                            .formatted(uri));
        }
        this.eventQueue = eventQueue;
        this.uri = uri;
        this.options = options;
        calls = new ClientCalls(options.concurrency() + options.maxWaiting());
        pool =
                MsgPool.direct(
                        options.concurrency(),
                        options.maxResponseBytes(),
                        options.maxRequestBytes());
    }

    EventQueueHandler eventQueue() {
        return eventQueue;
    }

    URI uri() {
        return uri;
    }

    ClientOptions options() {
        return options;
    }

    CompletableFuture<Void> established() {
        return established;
    }

    CompletableFuture<SessionClosed> closed() {
        return closed;
    }

    /** Takes no more calls? */
    boolean isClosing() {
        return end.get() != null;
    }

    /** A time for {@link #call}. */
    static long nanos(final Duration timeout) {
        final boolean tooLong = timeout.compareTo(Duration.ofNanos(MAX_TIMEOUT_NS)) > 0;
        return tooLong ? MAX_TIMEOUT_NS : timeout.toNanos();
    }

    /** Connects from whichever thread this is. */
    void connect() {
        if (eventQueue.inEventLoop()) {
            connectHere();
            return;
        }
        try {
            eventQueue.execute(this::connectInTurn);
        } catch (final RejectedExecutionException e) {
            pool.close();
            throw new VerbenaException(
                    EventReason.EVENT_QUEUE_CLOSED,
                    "can't connect to " + uri + ": the event queue is closed",
                    e);
        }
    }

    /** Connects from the event queue's thread, and throws what fails at once. */
    void connectHere() {
        try {
            eventQueue.bind(pool, PoolUse.CLIENT);
            session = ClientSession.connect(eventQueue, uri, new Events(), connectOptions());
        } catch (final Throwable e) {
            pool.close();
            throw e;
        }
    }

    /** A free message must be enough to send: the session's own queue is never what is full. */
    private ConnectOptions connectOptions() {
        final SessionOptions sessionOptions = options.connect().session();
        return sessionOptions.maxQueued() >= options.concurrency()
                ? options.connect()
                : options.connect()
                        .withSession(sessionOptions.withMaxQueued(options.concurrency()));
    }

    private void connectInTurn() {
        final SessionClosed closedBefore = end.get();
        if (closedBefore != null) {
            finish(closedBefore);
            return;
        }
        try {
            connectHere();
            pump();
        } catch (final RuntimeException e) {
            final EventReason reason =
                    e instanceof VerbenaException own
                            ? own.reason()
                            : eventQueue.isClosed()
                                    ? EventReason.EVENT_QUEUE_CLOSED
                                    : EventReason.UNAVAILABLE;
            finish(
                    SessionClosed.of(
                            reason, "can't connect to %s: %s".formatted(uri, e.getMessage()), e));
        }
    }

    /**
     * Makes a call, on any thread.
     *
     * @param watched whether its deadline is kept here; else whoever waits for it keeps it.
     */
    CompletableFuture<ByteBuffer> call(
            final ByteBuffer request, final long timeoutNs, final boolean watched) {
        if (timeoutNs <= 0) {
            throw ClientFailures.badTimeout(timeoutNs);
        }
        final SessionClosed over = end.get();
        if (over != null) {
            return CompletableFuture.failedFuture(ClientFailures.notSent(over));
        }
        if (request.remaining() > options.maxRequestBytes()) {
            return CompletableFuture.failedFuture(
                    ClientFailures.tooLarge(request.remaining(), options.maxRequestBytes()));
        }
        final ClientCall call = calls.begin(request, Math.min(timeoutNs, MAX_TIMEOUT_NS));
        if (call == null) {
            return CompletableFuture.failedFuture(ClientFailures.overflow(options));
        }
        final SessionClosed overMeanwhile = end.get();
        if (overMeanwhile != null) {
            calls.fail(call, ClientFailures.notSent(overMeanwhile));
            return call.future;
        }
        if (watched) {
            deadlines.watch(call.deadlineNs);
        }
        askForPump();
        return call.future;
    }

    private void askForPump() {
        if (pumpAsked.compareAndSet(false, true)) {
            try {
                eventQueue.execute(this::pump);
            } catch (final RejectedExecutionException e) {
                // The event queue is closed: the session's last event has come, or is about to, and
                // ends every call.
                pumpAsked.set(false);
            }
        }
    }

    /** Sends what waits, as far as there are messages. */
    private void pump() {
        pumpAsked.set(false);
        final SessionClosed over = end.get();
        if (over != null) {
            failWaiting(over);
            return;
        }
        final ClientSession current = session;
        while (current != null && calls.anyWaits()) {
            final Msg msg = pool.tryTake();
            if (msg == null) {
                if (inFlight < options.concurrency()) {
                    // Some are in quarantine, and there is no event when one comes out of it.
                    deadlines.watch(System.nanoTime() + QUARANTINE_LOOK_NS);
                }
                return;
            }
            final ClientCall call = calls.takeFirst();
            if (call == null) {
                msg.release();
                return;
            }
            send(current, msg, call);
        }
    }

    private void failWaiting(final SessionClosed over) {
        for (ClientCall call = calls.takeFirst(); call != null; call = calls.takeFirst()) {
            calls.fail(call, ClientFailures.notSent(over));
        }
    }

    private void send(final ClientSession current, final Msg msg, final ClientCall call) {
        if (call.isDone()) {
            msg.release();
            return;
        }
        final long remainingNs = call.deadlineNs - System.nanoTime();
        if (remainingNs <= 0) {
            msg.release();
            calls.fail(call, ClientFailures.late(call.timeoutNs));
            return;
        }
        try {
            call.moveTo(msg.out());
            msg.userContext(call);
            current.sendRequest(msg, remainingNs);
            call.sent = true;
            inFlight++;
        } catch (final RuntimeException e) {
            msg.release();
            calls.fail(call, ClientFailures.refused(e));
        }
    }

    /** A deadline has come; on a thread of the JDK's. */
    private void onDeadline() {
        // Calls end on the event queue's thread, as long as it runs.
        try {
            eventQueue.execute(
                    () -> {
                        calls.expire(System.nanoTime());
                        pump();
                    });
        } catch (final RejectedExecutionException e) {
            // As in askForPump.
        }
        final long nowNs = System.nanoTime();
        calls.expire(nowNs - LOOP_GRACE_NS);
        calls.forEach(
                call ->
                        deadlines.watch(
                                call.deadlineNs - nowNs > 0
                                        ? call.deadlineNs
                                        : call.deadlineNs + LOOP_GRACE_NS));
    }

    /** Closes the session in good order, from any thread. */
    void close() {
        end.compareAndSet(
                null, SessionClosed.of(EventReason.CLOSED_BY_SELF, "this client was closed", null));
        try {
            eventQueue.execute(
                    () -> {
                        pump();
                        final ClientSession current = session;
                        if (current != null) {
                            current.close();
                        }
                    });
        } catch (final RejectedExecutionException e) {
            // As in askForPump.
        }
    }

    /** The session has ended, or never began: nothing of it is left. */
    private void finish(final SessionClosed event) {
        end.set(event);
        session = null;
        deadlines.stop();
        try {
            pool.close();
        } finally {
            failWaiting(event);
            calls.forEach(
                    call ->
                            calls.fail(
                                    call,
                                    wasEstablished && call.sent
                                            ? ClientFailures.unanswered(event)
                                            : ClientFailures.notSent(event)));
            established.completeExceptionally(ClientFailures.notEstablished(event));
            closed.complete(event);
        }
    }

    private final class Events implements ClientSession.Handler {
        @Override
        public void onEstablished(final ClientSession current) {
            wasEstablished = true;
            established.complete(null);
        }

        @Override
        public void onResponse(final ClientSession current, final Msg msg) {
            final ClientCall call = callOf(msg);
            final ByteBuffer response;
            try {
                response = call.isDone() ? ByteBuffer.allocate(0) : copyOf(msg.in());
            } finally {
                free(msg);
            }
            // First what waits: what follows is the caller's code, and may take its time.
            pump();
            calls.complete(call, response);
        }

        @Override
        public void onMsgError(
                final ClientSession current, final Msg msg, final EventReason reason) {
            final ClientCall call = callOf(msg);
            free(msg);
            pump();
            switch (reason) {
                case FLUSHED -> {
                    // The session ends, and onClosed will tell why.
                }
                case DEADLINE_EXCEEDED -> calls.fail(call, ClientFailures.late(call.timeoutNs));
                default -> calls.fail(call, ClientFailures.failed(options, reason));
            }
        }

        @Override
        public void onClosed(final ClientSession current, final SessionClosed event) {
            finish(event);
        }

        private void free(final Msg msg) {
            inFlight--;
            msg.release();
        }

        private static ClientCall callOf(final Msg msg) {
            if (msg.userContext() instanceof ClientCall call) {
                return call;
            }
            throw new IllegalStateException("a message of this pool that carries no call: " + msg);
        }

        private static ByteBuffer copyOf(final ByteBuffer in) {
            final ByteBuffer copy = ByteBuffer.allocate(in.limit());
            copy.put(0, in, 0, in.limit());
            return copy.asReadOnlyBuffer();
        }
    }
}
