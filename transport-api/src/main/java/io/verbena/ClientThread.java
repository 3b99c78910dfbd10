// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event queue of one {@link BlockingClient}, and the thread that runs it until the session
 * ends.
 */
final class ClientThread {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** On top of what the session itself allows. */
    private static final long GRACE_NS = TimeUnit.SECONDS.toNanos(2);

    private final EventQueueHandler eventQueue;
    private final ClientCore core;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);

    private ClientThread(final EventQueueHandler eventQueue, final ClientCore core) {
        this.eventQueue = eventQueue;
        this.core = core;
        thread = new Thread(this::run, "verbena-client-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
    }

    /** Starts to connect; throws what fails at once, and leaves nothing behind then. */
    static ClientThread start(final URI uri, final ClientOptions options) {
        final EventQueueHandler eventQueue =
                EventQueueHandler.open(
                        EventQueueOptions.defaults()
                                .withIdlePolicy(options.idlePolicy())
                                .withCloseTimeoutNs(options.connect().session().closeTimeoutNs())
                                .withErrorHandler(e -> log().error("call-back failed", e)));
        try {
            final ClientThread client =
                    new ClientThread(eventQueue, new ClientCore(eventQueue, uri, options));
            // No loop runs yet, so the event queue is this thread's.
            client.core.connectHere();
            client.thread.start();
            return client;
        } catch (final Throwable e) {
            eventQueue.close();
            throw e;
        }
    }

    ClientCore core() {
        return core;
    }

    private void run() {
        final var unused = core.closed().thenRun(eventQueue::breakEventLoop);
        try {
            eventQueue.run();
        } catch (final Throwable e) {
            log().error("the client of {} ends, as its event loop failed", core.uri(), e);
        } finally {
            eventQueue.close();
            ended.countDown();
        }
    }

    void awaitEstablished() {
        final ConnectOptions options = core.options().connect();
        try {
            core.established()
                    .get(
                            withGrace(options.connectTimeoutNs(), options.helloTimeoutNs()),
                            TimeUnit.NANOSECONDS);
        } catch (final ExecutionException e) {
            throw ClientFailures.here(e.getCause());
        } catch (final TimeoutException e) {
            // The session has the same deadlines, and should have been first.
            throw new VerbenaException(
                    EventReason.CONNECT_TIMEOUT,
                    "no session with %s in time".formatted(core.uri()),
                    e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ClientFailures.interrupted("a session", e);
        }
    }

    /** Waits until the session is closed and the thread has ended; then nothing is left. */
    void awaitEnd() {
        final long closeNs = core.options().connect().session().closeTimeoutNs();
        try {
            if (!join(withGrace(closeNs))) {
                // The session missed its own deadline: the event queue cuts it off.
                eventQueue.breakEventLoop();
                if (!join(withGrace(closeNs))) {
                    log().warn("{} has not ended in time", thread.getName());
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            eventQueue.breakEventLoop();
        }
    }

    private boolean join(final long timeoutNs) throws InterruptedException {
        if (Thread.currentThread() == thread) {
            return true;
        }
        // The latch for the long wait, as a join may pin a virtual thread to its carrier.
        if (!ended.await(timeoutNs, TimeUnit.NANOSECONDS)) {
            return false;
        }
        TimeUnit.NANOSECONDS.timedJoin(thread, GRACE_NS);
        return !thread.isAlive();
    }

    /**
     * The sum of what a session allows, and a little more, in which it should have told by itself.
     */
    static long withGrace(final long... timesNs) {
        long sum = GRACE_NS;
        for (final long time : timesNs) {
            sum = sum + time < 0 ? Long.MAX_VALUE : sum + time;
        }
        return sum;
    }

    /** Looked up when there is something to say: who never hears of it needs no back end. */
    private static Logger log() {
        return LoggerFactory.getLogger(ClientThread.class);
    }
}
