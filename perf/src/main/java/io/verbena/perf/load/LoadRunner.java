// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.ClientSession;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.SessionClosed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a {@link LoadPlan}, on the caller's thread: connects, warms up, waits until all is
 * answered, measures, waits until all is answered. So what was measured is neither more nor less
 * than what was sent.
 */
public final class LoadRunner implements AutoCloseable {
    private static final long LOOK_AROUND_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long STALLED_NS = TimeUnit.SECONDS.toNanos(30);
    private static final double RATE_TOLERANCE = 0.99;

    private final LoadPlan plan;
    private final EventQueueHandler eventQueue;
    private final MsgPool pool;
    private final List<LoadSession> sessions = new ArrayList<>();
    private final long originNs = System.nanoTime();

    private Phase phase;
    private int established;
    private int nextSession;
    private String transport = "";
    private String transportDetail = "";
    private boolean closing;
    private @Nullable EventReason firstError;
    private @Nullable LoadException failure;
    private volatile long progress;

    private LoadRunner(
            final LoadPlan plan, final EventQueueHandler eventQueue, final MsgPool pool) {
        this.plan = plan;
        this.eventQueue = eventQueue;
        this.pool = pool;
        phase = Phase.warmup(plan, 0);
    }

    /**
     * Allocates what a plan needs. The run belongs to the calling thread.
     *
     * @param plan the plan.
     * @return the run, to be {@linkplain #run run} once and closed.
     * @throws IllegalArgumentException if there can't be so many messages of that size.
     */
    public static LoadRunner of(final LoadPlan plan) {
        final MsgPool pool =
                MsgPool.direct(
                        plan.outstanding(),
                        Pools.spaced(plan.responseSize()),
                        Pools.spaced(plan.requestSize()));
        try {
            final EventQueueHandler eventQueue =
                    EventQueueHandler.open(
                            EventQueueOptions.defaults().withIdlePolicy(plan.idlePolicy()));
            eventQueue.bind(pool, PoolUse.CLIENT);
            return new LoadRunner(plan, eventQueue, pool);
        } catch (final RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /**
     * Carries out a plan.
     *
     * @param plan the plan.
     * @return what came of it.
     * @throws LoadException if it can't be carried out.
     */
    public static LoadResult run(final LoadPlan plan) {
        try (LoadRunner runner = of(plan)) {
            return runner.run();
        }
    }

    /**
     * Carries out the plan.
     *
     * @return what came of it.
     * @throws LoadException if it can't be carried out.
     * @throws IllegalArgumentException if the URI can't ever be connected to.
     * @throws io.verbena.VerbenaException if the transport can't be used here.
     */
    public LoadResult run() {
        connect();
        if (plan.warmupNs() > 0) {
            carryOut(Phase.warmup(plan, nowNs()));
        }
        carryOut(Phase.measured(plan, nowNs()));
        final LoadResult result = result();
        closeSessions();
        return result;
    }

    /**
     * How far the run is. May be called by any thread.
     *
     * @return transactions that have ended, the warm-up's and the measured ones.
     */
    public long progress() {
        return progress;
    }

    private void connect() {
        for (int i = 0; i < plan.sessions(); i++) {
            final LoadSession session = new LoadSession(this, plan, pool);
            sessions.add(session);
            session.session(
                    ClientSession.connect(eventQueue, plan.uri(), session, plan.connectOptions()));
        }
        while (established < plan.sessions()) {
            // Connecting has deadlines of its own: it ends.
            eventQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, LOOK_AROUND_NS);
            throwFailure();
        }
    }

    private void carryOut(final Phase next) {
        phase = next;
        final long before = progress;
        long seen = 0;
        long seenNs = nowNs();
        sendDue(nowNs());
        while (!phase.isDone(nowNs())) {
            eventQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, waitNs());
            throwFailure();
            final long nowNs = nowNs();
            sendDue(nowNs);
            if (phase.ended() != seen || phase.sent() == phase.ended()) {
                seen = phase.ended();
                seenNs = nowNs;
                progress = before + seen;
            } else if (nowNs - seenNs > STALLED_NS) {
                throw new LoadException(
                        "%s has not answered for %d seconds, with %d requests outstanding; is it stopped?"
                                .formatted(
                                        plan.uri(),
                                        TimeUnit.NANOSECONDS.toSeconds(STALLED_NS),
                                        phase.sent() - phase.ended()),
                        null);
            }
        }
    }

    /** Sends what is due, on one session after the other. */
    private void sendDue(final long nowNs) {
        int full = 0;
        while (full < sessions.size()) {
            final LoadSession session = sessions.get(nextSession);
            nextSession = nextSession + 1 == sessions.size() ? 0 : nextSession + 1;
            if (session.send(nowNs)) {
                full = 0;
            } else if (session.canSend()) {
                return; // so nothing is due
            } else {
                full++;
            }
        }
    }

    private long waitNs() {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).canSend()) {
                return Math.min(phase.waitNs(nowNs()), LOOK_AROUND_NS);
            }
        }
        // What is due goes out from the call-back that makes room for it.
        return LOOK_AROUND_NS;
    }

    private LoadResult result() {
        if (phase.answered() == 0) {
            throw new LoadException(
                    "none of %d requests was answered: %s"
                            .formatted(phase.sent(), EventReasons.say(firstError)),
                    null);
        }
        return new LoadResult(
                plan,
                transport,
                phase.answered(),
                phase.failed(),
                phase.elapsedNs(),
                phase.rateReached(),
                phase.latenciesNs(),
                warning(),
                transportDetail);
    }

    private @Nullable String warning() {
        if (!plan.openLoop() || (phase.unsent() == 0 && isReached())) {
            return null;
        }
        final String reached =
                String.format(
                        Locale.ROOT,
                        "%,.0f requests/s were asked for and %,.0f reached; latencies count from"
                                + " when each was due",
                        plan.rate(),
                        phase.rateReached());
        return phase.unsent() == 0
                ? reached
                : reached + String.format(Locale.ROOT, "; %,d were never sent", phase.unsent());
    }

    private boolean isReached() {
        return phase.rateReached() >= RATE_TOLERANCE * plan.rate();
    }

    private void closeSessions() {
        closing = true;
        for (final LoadSession session : sessions) {
            session.session().close();
        }
        for (final LoadSession session : sessions) {
            // Closing has a deadline of its own: it ends.
            while (session.closed() == null) {
                eventQueue.runEventLoop(EventQueueHandler.INFINITE_EVENTS, LOOK_AROUND_NS);
            }
        }
    }

    private void throwFailure() {
        final LoadException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
    }

    // What the sessions call.

    long nowNs() {
        return System.nanoTime() - originNs;
    }

    Phase phase() {
        return phase;
    }

    boolean failed() {
        return failure != null || closing;
    }

    void fail(final String message, final @Nullable Throwable cause) {
        if (failure == null) {
            failure = new LoadException(message, cause);
            eventQueue.breakEventLoop();
        }
    }

    void onEstablished(final ClientSession session) {
        transport = session.transport();
        transportDetail = session.transportDetail();
        if (++established == plan.sessions()) {
            eventQueue.breakEventLoop();
        }
    }

    /** A transaction has ended; the loop is to return if it was the phase's last. */
    void onEnded(final long nowNs) {
        if (phase.isDone(nowNs)) {
            eventQueue.breakEventLoop();
        }
    }

    void onError(final EventReason reason) {
        if (firstError == null) {
            firstError = reason;
        }
        if (EventReasons.isForGood(reason)) {
            fail(EventReasons.say(reason), null);
        }
    }

    void onClosed(final SessionClosed event) {
        if (!closing) {
            fail(
                    established < plan.sessions()
                            ? EventReasons.sayUnconnected(plan.uri(), event)
                            : "lost %s: %s".formatted(plan.uri(), event.detail()),
                    event.cause());
        }
    }

    /** Ends the run, whatever its state; never hangs. */
    @Override
    public void close() {
        closing = true;
        eventQueue.close();
        for (final LoadSession session : sessions) {
            session.release();
        }
        pool.close();
    }
}
