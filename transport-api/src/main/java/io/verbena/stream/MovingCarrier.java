// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.SessionRequest;
import io.verbena.SessionState;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A session that moves: idle, it is on the listener's event queue, and the request that ends that
 * stays unread; busy, it is on a {@link Lane}, which the serving thread runs itself. So nobody has
 * to wake the serving thread but the kernel.
 *
 * <p>Between the two it is on no event queue at all, and belongs to whoever has the stream.
 */
final class MovingCarrier implements ServerCarrier, ServerSession.Handler {
    private final StreamListener listener;
    private final long closeTimeoutNs;
    private @Nullable ServerSession session;
    private @Nullable ServerStream stream;
    private String remoteAddress = "";
    private String transport = "";
    private final Object laneLock = new Object();
    private volatile @Nullable Lane lane;
    private volatile boolean cancelled;

    /** A request that is not answered. */
    private @Nullable Msg held;

    private boolean arrived;
    private @Nullable EventReason failure;
    private @Nullable SessionClosed end;

    MovingCarrier(final StreamListener listener, final StreamOptions options) {
        this.listener = listener;
        closeTimeoutNs = options.closeTimeoutNs();
    }

    // ---- on the listener's thread

    @Override
    public void accept(final SessionRequest request, final ServerStream owner) {
        stream = owner;
        remoteAddress = request.remoteAddress();
        transport = request.transport();
        final ServerSession accepted = request.accept(this, listener.sessionOptions());
        accepted.holdRequests(true);
        session = accepted;
    }

    @Override
    public void onRequestWaiting(final ServerSession current) {
        if (lane != null) {
            // It is being parked, and the listener's event queue will tell of it again.
            return;
        }
        if (current.detach()) {
            listener.handOver(stream());
        } else if (current.state() == SessionState.ESTABLISHED) {
            // Something is still to leave, and will have in the next duty cycle.
            listener.execute(() -> onRequestWaiting(current));
        }
    }

    @Override
    public void turnAway() {
        final ServerSession current = session();
        current.holdRequests(false);
        current.attach(listener.eventQueue());
        current.close();
    }

    // ---- on whose thread the session is

    @Override
    public void onRequest(final ServerSession current, final Msg msg) {
        held = msg;
        arrived = true;
    }

    @Override
    public void onMsgError(final ServerSession current, final Msg msg, final EventReason reason) {
        failure = reason;
    }

    @Override
    public void onClosed(final ServerSession current, final SessionClosed event) {
        end = event;
        if (lane == null) {
            stream().ended();
        }
    }

    // ---- on the serving thread

    private Lane enter() {
        final Lane present = lane;
        if (present != null) {
            return present;
        }
        final Lane taken = listener.lanes().take();
        try {
            session().holdRequests(false);
            session().attach(taken.eventQueue());
        } catch (final Throwable e) {
            taken.close();
            throw e;
        }
        lane(taken);
        return taken;
    }

    @Override
    public Msg receive(final long startNs, final long deadlineNs) {
        final EventQueueHandler eventQueue = enter().eventQueue();
        long nowNs = startNs;
        while (true) {
            final Msg msg = held;
            if (arrived && msg != null) {
                arrived = false;
                return msg;
            }
            // Who stops waiting may lose the session by that; so this is to be told, and first.
            if (cancelled) {
                throw Failures.cancelled();
            }
            if (Thread.currentThread().isInterrupted()) {
                throw Failures.interrupted();
            }
            if (deadlineNs - nowNs <= 0) {
                throw Failures.late(remoteAddress, deadlineNs - startNs);
            }
            final SessionClosed why = end;
            if (why != null) {
                throw Failures.closed("the stream has ended", why);
            }
            final EventReason reason = failure;
            if (reason != null && reason != EventReason.FLUSHED) {
                throw Failures.message(reason, remoteAddress, 0);
            }
            eventQueue.runEventLoopAt(nowNs, 1, deadlineNs - nowNs);
            if (!arrived) {
                nowNs = System.nanoTime();
            }
        }
    }

    @Override
    public void send(final Msg msg) {
        try {
            session().sendResponse(msg);
        } catch (final SessionClosedException e) {
            throw Failures.refused("the stream has ended", e);
        }
        held = null;
        enter().eventQueue().flush();
    }

    @Override
    public boolean park(final long deadlineNs) {
        final ServerSession current = session();
        final Lane present = enter();
        // The next request may come as soon as the last of the answer has left: it is to stay
        // unread.
        current.holdRequests(true);
        // What the kernel has not taken of the last answer must leave from here.
        while (current.inFlight() > 0 && end == null && deadlineNs - System.nanoTime() > 0) {
            runUninterruptibly(present, deadlineNs);
        }
        if (end != null || !current.detach()) {
            current.holdRequests(false);
            return false;
        }
        // Before another thread has the session, nothing of it may be left here.
        present.settle();
        lane(null);
        try {
            listener.adopt(current);
        } catch (final RejectedExecutionException e) {
            current.holdRequests(false);
            current.attach(present.eventQueue());
            lane(present);
            return false;
        }
        listener.lanes().give(present);
        return true;
    }

    @Override
    public void close() {
        if (end != null && lane == null) {
            return;
        }
        final Lane present = enter();
        final Msg msg = held;
        if (msg != null) {
            held = null;
            session().discardRequest(msg);
        }
        session().close();
        final long deadlineNs = System.nanoTime() + closeTimeoutNs;
        while (end == null && deadlineNs - System.nanoTime() > 0) {
            runUninterruptibly(present, deadlineNs);
            discardLate();
        }
        lane(null);
        if (end == null) {
            present.close();
        } else {
            present.settle();
            listener.lanes().give(present);
        }
    }

    /** A request that has crossed the close. */
    private void discardLate() {
        final Msg late = held;
        if (late != null) {
            held = null;
            session().discardRequest(late);
        }
    }

    /** An interrupted thread doesn't wait; and it has to, a little, or others would. */
    private static void runUninterruptibly(final Lane lane, final long deadlineNs) {
        final boolean interrupted = Thread.interrupted();
        try {
            lane.eventQueue().runEventLoop(1, Math.max(0, deadlineNs - System.nanoTime()));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- from any thread

    @Override
    public void cancel() {
        cancelled = true;
        // Under the lock, as the lane may be another stream's when this one has left it.
        synchronized (laneLock) {
            final Lane present = lane;
            if (present != null) {
                present.eventQueue().breakEventLoop();
            }
        }
    }

    private void lane(final @Nullable Lane value) {
        synchronized (laneLock) {
            lane = value;
        }
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public String transport() {
        return transport;
    }

    private ServerSession session() {
        return Objects.requireNonNull(session, "accepted first");
    }

    private ServerStream stream() {
        return Objects.requireNonNull(stream, "accepted first");
    }
}
