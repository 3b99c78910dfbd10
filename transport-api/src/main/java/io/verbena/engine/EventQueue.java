// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventQueueCounters;
import io.verbena.EventQueueHandler;
import io.verbena.EventQueueOptions;
import io.verbena.EventReason;
import io.verbena.IdlePolicy;
import io.verbena.MsgPool;
import io.verbena.PoolUse;
import io.verbena.spi.Availability;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.TransportProvider;
import io.verbena.wire.FrameHeader;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle of one thread: tasks, timers, then every poller; and when there was nothing to do,
 * a wait.
 *
 * <p>Other threads touch {@link #breakRequested}, the {@link TaskQueue} and {@link Waiting} only.
 */
final class EventQueue implements EventQueueHandler, PollerContext {
    static {
        NettyLogging.settle();
    }

    private static final long MILLISECOND_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Run in a duty cycle before its I/O. */
    private static final int MAX_TASKS = 1024;

    /** How long a transport may take to end a connection that is cut off. */
    private static final long ABANDON_NS = TimeUnit.SECONDS.toNanos(1);

    private final EventQueueOptions options;
    private final long originNs;
    private final Timers timers = new Timers();
    private final TaskQueue tasks = new TaskQueue();
    private final Waiting waiting = new Waiting();
    private final Idle idle;
    private final boolean waitsAtOnce;
    private final PoolSet pools = new PoolSet();
    private final Residents residents = new Residents(this);
    private final Stalls stalls = new Stalls(this);
    private final FaultLog faultLog = new FaultLog();
    private final Consumer<Runnable> guard = this::runGuarded;

    final Counters counters = new Counters();

    /** The header of the frame that is being sent; every send sets it anew. */
    final FrameHeader header = new FrameHeader();

    /** The time at the start of the current duty cycle. */
    private long nowNs;

    private int budget;
    private int events;

    /** The current wait is to end for a timer, and not because the caller wants it to. */
    private boolean waitsForTimer;

    private @Nullable Throwable failure;

    private volatile boolean breakRequested;
    private volatile boolean closeRequested;

    /** Another thread than the loop's closes it, or has. */
    private volatile boolean closing;

    private volatile boolean closed;

    EventQueue(final EventQueueOptions options) {
        this.options = options;
        this.originNs = options.nanoClock().getAsLong();
        this.idle = new Idle(options.idlePolicy());
        this.waitsAtOnce = options.idlePolicy() == IdlePolicy.BLOCK;
    }

    static EventQueue of(final EventQueueHandler handler) {
        if (handler instanceof EventQueue own) {
            own.checkOpen();
            own.checkThread();
            return own;
        }
        throw new IllegalArgumentException(
                "not made by EventQueueHandler.open: " + handler.getClass().getName());
    }

    // ---- the loop

    @Override
    public void run() {
        if (tryEnter()) {
            if (closed) {
                leave();
            } else {
                loop(nanoTime(), INFINITE_EVENTS, INFINITE_DURATION);
            }
        } else if (!closing || inEventLoop()) {
            throw alreadyRuns();
        }
    }

    @Override
    public int runEventLoop(final int maxEvents, final long timeoutNs) {
        enter();
        return loop(nanoTime(), maxEvents, timeoutNs);
    }

    @Override
    public int runEventLoopAt(final long nowNs, final int maxEvents, final long timeoutNs) {
        enter();
        return loop(nowNs - originNs, maxEvents, timeoutNs);
    }

    /** Runs the loop, which has been entered, and leaves it. */
    private int loop(final long startNs, final int maxEvents, final long timeoutNs) {
        try {
            events = 0;
            budget = maxEvents < 0 ? Integer.MAX_VALUE : maxEvents;
            final long endNs =
                    timeoutNs < 0 || startNs > Long.MAX_VALUE - timeoutNs
                            ? Long.MAX_VALUE
                            : startNs + timeoutNs;
            nowNs = startNs;
            if (mayGoOn()) {
                while (turn(endNs)) {
                    nowNs = nanoTime();
                }
            }
            if (breakRequested) {
                breakRequested = false;
            }
            if (closeRequested) {
                shutDown();
            }
        } finally {
            leave();
        }
        rethrowFailure();
        return events;
    }

    /** One turn of the loop, at {@link #nowNs}; returns whether there is to be another. */
    private boolean turn(final long endNs) {
        int work = ownWork();
        // Who waits at once needn't look around before: the wait does it.
        final boolean waits = waitsAtOnce && work == 0 && nowNs < endNs;
        if (!waits || !waiting.prefersAwait()) {
            work += waiting.poll();
        }
        if (nowNs >= endNs) {
            return false;
        }
        if (work > 0) {
            idle.busy();
        } else if (options.returnsOnInterrupt() && Thread.currentThread().isInterrupted()) {
            return false;
        } else if (mayGoOn() && idle.idle(nowNs)) {
            waitsForTimer = timers.earliestNs() < endNs;
            if (waiting.await(this, Math.min(endNs, timers.earliestNs()))) {
                idle.busy();
            }
        }
        return mayGoOn();
    }

    @Override
    public void flush() {
        if (inEventLoop()) {
            return;
        }
        enter();
        try {
            events = 0;
            budget = 0;
            waiting.flush();
        } finally {
            leave();
        }
        rethrowFailure();
    }

    private boolean mayGoOn() {
        return events < budget && failure == null && !breakRequested && !closeRequested;
    }

    private void enter() {
        if (!tryEnter()) {
            throw alreadyRuns();
        }
        if (closed) {
            leave();
            checkOpen();
        }
    }

    private IllegalStateException alreadyRuns() {
        final Thread running = waiting.thread();
        return new IllegalStateException(
                running == Thread.currentThread()
                        ? "the event loop runs already: this is one of its call-backs"
                        : "the event loop runs already, on "
                                + (running == null ? "another thread" : running.getName()));
    }

    /**
     * One thread at a time: {@link #close()} may come from any, between two runs of the loop as
     * well.
     */
    private boolean tryEnter() {
        return waiting.tryEnter(Thread.currentThread());
    }

    private void leave() {
        waiting.leave();
    }

    private int dutyCycle() {
        nowNs = nanoTime();
        return ownWork() + waiting.poll();
    }

    private int ownWork() {
        int work = tasks.isEmpty() ? 0 : tasks.run(guard, MAX_TASKS);
        if (nowNs >= timers.earliestNs()) {
            work += timers.advance(nowNs, guard);
        }
        return work + stalls.resume();
    }

    private void runGuarded(final Runnable task) {
        try {
            task.run();
        } catch (final Throwable e) {
            failed(null, e);
        }
    }

    // ---- what a handler throws

    /** A call-back threw: the session's policy decides on the session, the options on the loop. */
    void failed(final @Nullable AbstractSession session, final Throwable thrown) {
        counters.handlerFailures++;
        if (session != null) {
            session.handlerFailed(thrown);
        }
        final Consumer<Throwable> errorHandler = options.errorHandler();
        Throwable left = thrown;
        if (errorHandler != null) {
            try {
                errorHandler.accept(thrown);
                return;
            } catch (final Throwable e) {
                left = e;
            }
        }
        if (failure == null) {
            failure = left;
        } else if (failure != left) {
            failure.addSuppressed(left);
        }
    }

    private void rethrowFailure() {
        final Throwable thrown = failure;
        failure = null;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown != null) {
            throw new IllegalStateException("a call-back threw a checked exception", thrown);
        }
    }

    // ---- events

    /** A handler is about to be called. */
    void countEvent() {
        events++;
    }

    /** May another message be delivered in this run of the loop? */
    boolean hasBudget() {
        return events < budget && failure == null;
    }

    /** Who waits for budget, or for a message. */
    Stalls stalls() {
        return stalls;
    }

    // ---- messages for requests

    /**
     * A message for a request of this length: null if none is free, and the pools could not grow.
     */
    @Nullable EngineMsg takeForRequest(final int bytes) {
        EngineMsg msg = pools.take(bytes);
        if (msg == null && options.poolGrowth() != null) {
            try {
                countEvent();
                final DirectMsgPool pool = pools.grow(options.poolGrowth(), bytes);
                if (pool != null) {
                    bind(pool, PoolUse.SERVER);
                    msg = pools.take(bytes);
                }
            } catch (final Throwable e) {
                failed(null, e);
            }
        }
        return msg;
    }

    /** Can there be more messages than there are? */
    boolean canGrow() {
        return options.poolGrowth() != null;
    }

    PoolSet pools() {
        return pools;
    }

    @Override
    public void bind(final MsgPool pool, final PoolUse use) {
        checkThread();
        checkOpen();
        final DirectMsgPool own = DirectMsgPool.of(pool);
        pools.bind(own, this, use);
        for (final Poller poller : waiting.pollers()) {
            poller.register(own, use);
        }
        if (use.server()) {
            stalls.messageFreed();
            residents.grantMore();
        }
    }

    @Override
    public void unbind(final MsgPool pool) {
        checkThread();
        final DirectMsgPool own = DirectMsgPool.of(pool);
        if (own.eventQueue() != this) {
            throw new IllegalStateException("the pool is not bound to this event queue");
        }
        own.checkWhole("unbound");
        for (final Poller poller : waiting.pollers()) {
            poller.deregister(own);
        }
        pools.unbind(own);
    }

    // ---- transports

    /** The poller of a provider, opened at its first use. */
    Poller poller(final TransportProvider provider) {
        return waiting.poller(provider, this, pools.all());
    }

    @Override
    public Availability availability(final String scheme) {
        return Transports.availability(scheme);
    }

    @Override
    public Poller poller(final String scheme) {
        return poller(Transports.forScheme(scheme));
    }

    @Override
    public void count(final Count what) {
        switch (what) {
            case UPGRADE -> counters.upgrades++;
            case FALLBACK -> counters.fallbacks++;
            case PROTOCOL_ERROR -> counters.protocolErrors++;
            case LISTENER_FAILURE -> counters.listenerFailures++;
        }
    }

    Residents residents() {
        return residents;
    }

    @Override
    public long nanoTime() {
        return options.nanoClock().getAsLong() - originNs;
    }

    @Override
    public long cycleTimeNs() {
        return nowNs;
    }

    @Override
    public Timer schedule(final long delayNs, final Runnable task) {
        final long now = nanoTime();
        return timers.schedule(
                now, delayNs > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + delayNs, task);
    }

    @Override
    public long stallTimeoutNs() {
        return waitsForTimer || !waiting.hasOnePoller() ? 0 : options.stallTimeoutNs();
    }

    @Override
    public void report(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {
        faultLog.fault(nanoTime(), reason, detail, cause);
    }

    // ---- from any thread

    @Override
    public void breakEventLoop() {
        breakRequested = true;
        waiting.wakeIfAsleep();
    }

    @Override
    public void wakeup() {
        waiting.wakeup();
    }

    @Override
    public void execute(final Runnable task) {
        tasks.add(java.util.Objects.requireNonNull(task, "task"), guard);
        waiting.wakeIfAsleep();
    }

    @Override
    public boolean inEventLoop() {
        return waiting.thread() == Thread.currentThread();
    }

    boolean isWorkPending() {
        return breakRequested || closeRequested || !tasks.isEmpty();
    }

    /** Checks, with assertions on, that no other thread runs the loop. */
    void checkThread() {
        assert rightThread()
                : "called on "
                        + Thread.currentThread().getName()
                        + " while the event loop runs elsewhere; use EventQueueHandler.execute";
    }

    private boolean rightThread() {
        final Thread running = waiting.thread();
        return running == null || running == Thread.currentThread();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the event queue is closed");
        }
    }

    // ---- the end

    @Override
    public EventQueueCounters counters() {
        return counters.snapshot();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (inEventLoop()) {
            closeRequested = true;
            return;
        }
        closing = true;
        final long endNs =
                System.nanoTime() + options.closeTimeoutNs() + TimeUnit.SECONDS.toNanos(1);
        while (!tryEnter()) {
            // Who runs the loop shall do it.
            closeRequested = true;
            waiting.wakeup();
            waiting.awaitLeft(endNs - System.nanoTime());
            if (closed) {
                return;
            }
            if (System.nanoTime() - endNs >= 0) {
                enter();
                break;
            }
        }
        try {
            if (!closed) {
                shutDown();
            }
        } finally {
            leave();
        }
        rethrowFailure();
    }

    /** Closes all that lives here, by the rules as long as there is time, then without them. */
    private void shutDown() {
        residents.closeAll();
        final long endNs = addSaturated(nanoTime(), options.closeTimeoutNs());
        // A virtual clock may stand still; the wait must end all the same.
        final long realEndNs = System.nanoTime() + options.closeTimeoutNs();
        budget = Integer.MAX_VALUE;
        pumpUntilEmpty(endNs, realEndNs);
        residents.abandonAll();
        // Transports tell of the end that they were asked for in their next turn.
        pumpUntilEmpty(Long.MAX_VALUE, System.nanoTime() + ABANDON_NS);
        waiting.close();
        // Nobody touches any memory now, even if a transport has never said so.
        residents.endAll();
        closed = true;
        tasks.close(guard);
        pools.close();
        stalls.clear();
    }

    private void pumpUntilEmpty(final long endNs, final long realEndNs) {
        while (!residents.isEmpty()) {
            final Throwable kept = failure;
            failure = null;
            final int work = dutyCycle();
            keep(kept);
            if (nowNs >= endNs || System.nanoTime() - realEndNs >= 0) {
                return;
            }
            if (work == 0 && !residents.isEmpty() && tasks.isEmpty()) {
                final long untilNs =
                        Math.min(endNs, Math.min(timers.earliestNs(), nowNs + MILLISECOND_NS));
                nowNs = nanoTime();
                waiting.await(this, untilNs);
            }
        }
    }

    private void keep(final @Nullable Throwable earlier) {
        if (earlier != null) {
            final Throwable later = failure;
            failure = earlier;
            if (later != null && later != earlier) {
                earlier.addSuppressed(later);
            }
        }
    }

    private static long addSaturated(final long a, final long b) {
        return b > Long.MAX_VALUE - a ? Long.MAX_VALUE : a + b;
    }

    /** For tests and messages. */
    List<Poller> pollers() {
        return waiting.pollers();
    }
}
