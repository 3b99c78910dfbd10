// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The system call on a socket that one thread sleeps in, and that others can cut short. There is no
 * other way to do that than to end the stream, so whoever is cut short receives no more, or sends
 * no more.
 *
 * <p>Each call has a number, so that a cut that comes too late can't hit the next one: who cuts and
 * who returns from the call compete for its state, and one of them wins.
 */
public final class BlockingCall implements AutoCloseable {
    /** The least time that a read may be given. */
    public static final long LEAST_TIMEOUT_NS = CallDeadlines.LEAST_NS;

    // The phase is in the lowest two bits of the state; above them is the call's number.
    private static final long NONE = 0;
    private static final long READING = 1;
    private static final long WRITING = 2;
    private static final long CUT = 3;
    private static final long PHASE_MASK = 3;
    private static final long NEXT_NUMBER = 4;

    private static final VarHandle STATE;
    private static final VarHandle DEADLINE_NS;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(BlockingCall.class, "state", long.class);
            DEADLINE_NS = lookup.findVarHandle(BlockingCall.class, "deadlineNs", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long stallTimeoutNs;
    private final LongSupplier clock;
    private final CallDeadlines deadlines;
    private volatile long state;

    /** When a read is to end, by {@link #clock}; written before its state. */
    private volatile long deadlineNs;

    private volatile @Nullable SocketChannel channel;
    private volatile boolean wokenUp;

    // What CallDeadlines has seen: a write, and since when.
    private long stalled;
    private long stalledSinceNs;

    /**
     * Not in a call.
     *
     * @param stallTimeoutNs after so many nanoseconds a write is cut short.
     * @param clock what times are by, in nanoseconds; thread-safe.
     */
    public BlockingCall(final long stallTimeoutNs, final LongSupplier clock) {
        this.stallTimeoutNs = stallTimeoutNs;
        this.clock = clock;
        deadlines = CallDeadlines.share(this);
    }

    // ---- on the thread that calls

    /**
     * The next calls are on this socket.
     *
     * @param socket in blocking mode.
     */
    void use(final SocketChannel socket) {
        channel = socket;
    }

    /**
     * The next read is to be cut short when this time is over.
     *
     * @param nowNs the time.
     * @param timeoutNs nanoseconds, at least {@link #LEAST_TIMEOUT_NS}.
     */
    public void limit(final long nowNs, final long timeoutNs) {
        DEADLINE_NS.setRelease(this, nowNs + Math.min(timeoutNs, Long.MAX_VALUE / 2));
    }

    /** Right before a read; false if it must not begin, as somebody has called {@link #wakeup}. */
    boolean beginRead() {
        final long begun = next(READING);
        state = begun;
        // Dekker's handshake with wakeup(): one of the two sees what the other has written.
        if (wokenUp) {
            wokenUp = false;
            return !STATE.compareAndSet(this, begun, begun - READING);
        }
        return true;
    }

    /** Right before a write, which only {@link CallDeadlines} cuts: it sees it soon enough. */
    void beginWrite() {
        STATE.setRelease(this, next(WRITING));
    }

    private long next(final long phase) {
        return (state & ~PHASE_MASK) + NEXT_NUMBER + phase;
    }

    /** Right behind it; returns whether it was cut short. */
    boolean end() {
        final long ending = state;
        return (ending & PHASE_MASK) == CUT
                || !STATE.compareAndSet(this, ending, (ending & ~PHASE_MASK) | NONE);
    }

    // ---- on any thread

    /**
     * Cuts the read that is under way short, or else keeps the next one from beginning.
     *
     * @return whether one was under way.
     */
    public boolean wakeup() {
        wokenUp = true;
        final long seen = state;
        return (seen & PHASE_MASK) == READING && cut(seen);
    }

    /**
     * Cuts short what is late.
     *
     * @return in how many nanoseconds to look again, at the latest.
     */
    long check() {
        final long nowNs = clock.getAsLong();
        final long seen = state;
        final long phase = seen & PHASE_MASK;
        if (phase == READING) {
            final long leftNs = deadlineNs - nowNs;
            if (leftNs > 0) {
                return leftNs;
            }
            cut(seen);
        } else if (phase == WRITING) {
            if (seen != stalled) {
                stalled = seen;
                stalledSinceNs = nowNs;
            } else if (nowNs - stalledSinceNs >= stallTimeoutNs) {
                cut(seen);
            }
        }
        return CallDeadlines.LEAST_NS;
    }

    private boolean cut(final long seen) {
        // Read before the state is changed, as it may be another one's behind that.
        final SocketChannel socket = channel;
        if (socket == null || !STATE.compareAndSet(this, seen, (seen & ~PHASE_MASK) | CUT)) {
            return false;
        }
        try {
            if ((seen & PHASE_MASK) == READING) {
                socket.shutdownInput();
            } else {
                socket.close();
            }
        } catch (final IOException e) {
            // It is closed, and so the call has ended.
        }
        return true;
    }

    /** No call is to come. Idempotent. */
    @Override
    public void close() {
        deadlines.remove(this);
    }
}
