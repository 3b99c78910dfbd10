// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import io.verbena.engine.Engine;

/**
 * The engine of one thread: all progress and all call-backs of its sessions and portals happen in
 * {@link #runEventLoop}, on the thread that calls it.
 *
 * <p>{@link #breakEventLoop()}, {@link #wakeup()}, {@link #execute}, {@link #inEventLoop()}, {@link
 * #isClosed()} and {@link #close()} may be called from any thread; everything else, on this object
 * and on all that lives on it, belongs to the thread that runs the loop, or while no loop runs, to
 * one thread at a time. With assertions enabled that is checked.
 */
public interface EventQueueHandler extends Runnable, AutoCloseable {
    /** For {@link #runEventLoop}: any number of events. */
    int INFINITE_EVENTS = -1;

    /** For {@link #runEventLoop}: for ever. */
    long INFINITE_DURATION = -1;

    /**
     * Opens an event queue with default options.
     *
     * @return the event queue.
     */
    static EventQueueHandler open() {
        return open(EventQueueOptions.defaults());
    }

    /**
     * Opens an event queue.
     *
     * @param options how it idles, its clock, its limits.
     * @return the event queue.
     */
    static EventQueueHandler open(final EventQueueOptions options) {
        return Engine.open(options);
    }

    /**
     * Makes progress and calls back, until enough events were delivered, the time is over, or
     * {@link #breakEventLoop()} is called.
     *
     * @param maxEvents events (calls of handlers) after which to return; {@link #INFINITE_EVENTS}
     *     for any number. Messages never exceed it; the events that come with a session's end may.
     * @param timeoutNs nanoseconds after which to return; 0 does what is ready and returns; {@link
     *     #INFINITE_DURATION} for ever.
     * @return events delivered, 0 or more.
     * @throws IllegalStateException if called from a call-back, while another thread runs the loop,
     *     or after {@link #close()}.
     * @throws RuntimeException or Error, as a call-back threw it: the loop's own state is sound,
     *     and it can be run again. Not if the options name an error handler; that gets it instead.
     */
    int runEventLoop(int maxEvents, long timeoutNs);

    /**
     * Like {@link #runEventLoop}, by a caller who has just read the clock: where the loop runs for
     * one message at a time, as conversations have it, reading it once more is felt.
     *
     * @param nowNs the time, of the clock that the options name ({@link
     *     EventQueueOptions#nanoClock()}). One that is behind the clock's delays deadlines, one
     *     that is ahead of it hastens them.
     * @param maxEvents as there.
     * @param timeoutNs as there, from that time on.
     * @return events delivered, 0 or more.
     * @throws IllegalStateException as there.
     * @throws RuntimeException or Error, as there.
     */
    int runEventLoopAt(long nowNs, int maxEvents, long timeoutNs);

    /**
     * Runs the loop until {@link #breakEventLoop()}, {@link #close()} or a call-back that throws.
     * Returns at once if the event queue is closed, or is being closed: a thread that was started
     * to run it may come too late.
     *
     * @throws IllegalStateException if called from a call-back, or while another thread runs the
     *     loop.
     */
    @Override
    void run();

    /** Makes {@link #runEventLoop} return, the running one or else the next. Thread-safe. */
    void breakEventLoop();

    /** Ends the loop's current wait, or else the next one, so that it looks around. Thread-safe. */
    void wakeup();

    /**
     * Sends at once what sessions have been given to send, without running the loop: for who sends
     * between two runs of it and does something else next. In a call-back there is no need to; what
     * is sent there leaves at the end of the duty cycle.
     *
     * @throws IllegalStateException while another thread runs the loop, or after {@link #close()}.
     */
    void flush();

    /**
     * Runs a task on the loop's thread. Thread-safe. Tasks of one thread run in the order in which
     * it gave them; what was taken before {@link #close()} is run, at the latest by close.
     *
     * @param task what to run; what it throws is treated like what a call-back throws.
     * @throws java.util.concurrent.RejectedExecutionException if the event queue is closed.
     */
    void execute(Runnable task);

    /**
     * Is the current thread the one that runs the loop now?
     *
     * @return whether it is.
     */
    boolean inEventLoop();

    /**
     * Binds a pool for both uses.
     *
     * @param pool a pool that is bound to no event queue.
     */
    default void bind(final MsgPool pool) {
        bind(pool, PoolUse.BOTH);
    }

    /**
     * Binds a pool: its messages can be used on this event queue, and its memory is registered with
     * transports that need it. Requests are received into the pool with the smallest IN that is
     * large enough and has a free message.
     *
     * @param pool a pool that is bound to no event queue.
     * @param use what for.
     * @throws IllegalStateException if it is bound already, or closed.
     */
    void bind(MsgPool pool, PoolUse use);

    /**
     * The end of {@link #bind(MsgPool, PoolUse)}; the pool can be bound elsewhere.
     *
     * @param pool a pool that is bound to this event queue.
     * @throws IllegalStateException if it isn't, or a message of it is not free.
     */
    void unbind(MsgPool pool);

    /**
     * What the event queue has counted since it was opened.
     *
     * @return the figures of this moment.
     */
    EventQueueCounters counters();

    /**
     * Closes every portal and session, runs the loop until they are closed, and frees what the
     * event queue has. Never hangs: what isn't closed when {@link
     * EventQueueOptions#closeTimeoutNs()} is over is cut off, and each session still gets its
     * CLOSED event. Pools are unbound and stay open; messages that the application still holds stay
     * its own, to be released or discarded.
     *
     * <p>Idempotent. Called from a call-back, it takes effect when the call-back has returned, and
     * {@link #runEventLoop} returns then. Called from another thread while the loop runs, it waits
     * for the loop's thread to do it, for that time at most.
     */
    @Override
    void close();

    /**
     * Is the event queue closed?
     *
     * @return whether it is.
     */
    boolean isClosed();
}
