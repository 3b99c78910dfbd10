// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.SessionRequest;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A session that can't leave the listener's event queue, as its transport binds it to that: the
 * serving thread waits until the listener's has something for it. For transports such as RDMA,
 * whose queue pairs belong to one completion queue for life.
 */
final class HostedCarrier implements ServerCarrier, ServerSession.Handler {
    private final StreamListener listener;
    private final long closeTimeoutNs;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Runnable answer = this::answer;
    private @Nullable ServerSession session;
    private @Nullable ServerStream stream;
    private String remoteAddress = "";
    private String transport = "";

    // Under the lock.
    private boolean parked = true;
    private boolean cancelled;

    /** A request that is not answered. */
    private @Nullable Msg held;

    private boolean arrived;

    /** An answer that the listener's thread is to send. */
    private @Nullable Msg leaving;

    private @Nullable EventReason failure;
    private @Nullable SessionClosed end;

    HostedCarrier(final StreamListener listener, final StreamOptions options) {
        this.listener = listener;
        closeTimeoutNs = options.closeTimeoutNs();
    }

    // ---- on the listener's thread

    @Override
    public void accept(final SessionRequest request, final ServerStream owner) {
        stream = owner;
        remoteAddress = request.remoteAddress();
        transport = request.transport();
        session = request.accept(this, listener.sessionOptions());
    }

    @Override
    public void onRequest(final ServerSession current, final Msg msg) {
        final boolean wasParked;
        lock.lock();
        try {
            held = msg;
            arrived = true;
            wasParked = parked;
            parked = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (wasParked) {
            listener.handOver(stream());
        }
    }

    @Override
    public void turnAway() {
        lock.lock();
        try {
            parked = true;
        } finally {
            lock.unlock();
        }
        discardHeld();
        session().close();
    }

    private void discardHeld() {
        final Msg msg;
        lock.lock();
        try {
            msg = held;
            held = null;
            arrived = false;
        } finally {
            lock.unlock();
        }
        if (msg != null) {
            session().discardRequest(msg);
        }
    }

    private void answer() {
        final Msg msg;
        lock.lock();
        try {
            msg = leaving;
            leaving = null;
        } finally {
            lock.unlock();
        }
        if (msg == null) {
            return;
        }
        try {
            session().sendResponse(msg);
        } catch (final SessionClosedException e) {
            // onClosed tells, as soon as the message is given back.
            session().discardRequest(msg);
        }
    }

    @Override
    public void onMsgError(final ServerSession current, final Msg msg, final EventReason reason) {
        lock.lock();
        try {
            failure = reason;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onClosed(final ServerSession current, final SessionClosed event) {
        final boolean wasParked;
        lock.lock();
        try {
            end = event;
            wasParked = parked;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (wasParked) {
            stream().ended();
        }
    }

    // ---- on the serving thread

    @Override
    public Msg receive(final long startNs, final long deadlineNs) {
        lock.lock();
        try {
            while (true) {
                final Msg msg = held;
                if (arrived && msg != null) {
                    arrived = false;
                    return msg;
                }
                final SessionClosed why = end;
                if (why != null) {
                    throw Failures.closed("the stream has ended", why);
                }
                final EventReason reason = failure;
                if (reason != null && reason != EventReason.FLUSHED) {
                    throw Failures.message(reason, remoteAddress, 0);
                }
                if (cancelled) {
                    throw Failures.cancelled();
                }
                final long leftNs = deadlineNs - System.nanoTime();
                if (leftNs <= 0) {
                    throw Failures.late(remoteAddress, deadlineNs - startNs);
                }
                changed.awaitNanos(leftNs);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void send(final Msg msg) {
        lock.lock();
        try {
            final SessionClosed why = end;
            if (why != null) {
                throw Failures.closed("the stream has ended", why);
            }
            held = null;
            leaving = msg;
        } finally {
            lock.unlock();
        }
        try {
            listener.execute(answer);
        } catch (final RejectedExecutionException e) {
            lock.lock();
            try {
                leaving = null;
                held = msg;
            } finally {
                lock.unlock();
            }
            throw new StreamFailure(
                    EventReason.EVENT_QUEUE_CLOSED, false, "the listener was closed", e);
        }
    }

    @Override
    public boolean park(final long deadlineNs) {
        final boolean next;
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            next = arrived;
            parked = !next;
        } finally {
            lock.unlock();
        }
        if (next) {
            listener.handOver(stream());
        }
        return true;
    }

    @Override
    public void close() {
        try {
            listener.execute(
                    () -> {
                        discardHeld();
                        session().close();
                    });
        } catch (final RejectedExecutionException e) {
            // The listener has closed its event queue, and every session with it. What they hold is
            // given back to the pools that they share by one after the other.
            synchronized (listener) {
                discardHeld();
            }
            return;
        }
        awaitEnd();
    }

    private void awaitEnd() {
        if (listener.isOwnThread()) {
            return;
        }
        boolean interrupted = false;
        long leftNs = closeTimeoutNs + TimeUnit.MILLISECONDS.toNanos(100);
        lock.lock();
        try {
            while (end == null && leftNs > 0) {
                try {
                    leftNs = changed.awaitNanos(leftNs);
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // ---- from any thread

    @Override
    public void cancel() {
        lock.lock();
        try {
            cancelled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
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
