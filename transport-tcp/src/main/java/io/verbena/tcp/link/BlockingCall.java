// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
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

    // The lowest two bits of the state; above them is the call's number.
    private static final long NONE = 0;
    private static final long READING = 1;
    private static final long WRITING = 2;
    private static final long CUT = 3;
    private static final long PHASES = 4;

    private final long stallTimeoutNs;
    private final LongSupplier clock;
    private final CallDeadlines deadlines;
    private final AtomicLong state = new AtomicLong();

    /** When a read is to end, by {@link #clock}; written before its state. */
    private final AtomicLong deadlineNs = new AtomicLong();

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
        deadlineNs.lazySet(nowNs + Math.min(timeoutNs, Long.MAX_VALUE / 2));
    }

    /** Right before a read; false if it must not begin, as somebody has called {@link #wakeup}. */
    boolean beginRead() {
        final long begun = next(READING);
        state.set(begun);
        // Dekker's handshake with wakeup(): one of the two sees what the other has written.
        if (wokenUp) {
            wokenUp = false;
            return !state.compareAndSet(begun, begun - READING);
        }
        return true;
    }

    /** Right before a write, which only {@link CallDeadlines} cuts: it sees it soon enough. */
    void beginWrite() {
        state.lazySet(next(WRITING));
    }

    private long next(final long phase) {
        return state.get() / PHASES * PHASES + PHASES + phase;
    }

    /** Right behind it; returns whether it was cut short. */
    boolean end() {
        final long ending = state.get();
        return ending % PHASES == CUT
                || !state.compareAndSet(ending, ending / PHASES * PHASES + NONE);
    }

    // ---- on any thread

    /**
     * Cuts the read that is under way short, or else keeps the next one from beginning.
     *
     * @return whether one was under way.
     */
    public boolean wakeup() {
        wokenUp = true;
        final long seen = state.get();
        return seen % PHASES == READING && cut(seen);
    }

    /**
     * Cuts short what is late.
     *
     * @return in how many nanoseconds to look again, at the latest.
     */
    long check() {
        final long nowNs = clock.getAsLong();
        final long seen = state.get();
        final long phase = seen % PHASES;
        if (phase == READING) {
            final long leftNs = deadlineNs.get() - nowNs;
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
        if (socket == null || !state.compareAndSet(seen, seen / PHASES * PHASES + CUT)) {
            return false;
        }
        try {
            if (seen % PHASES == READING) {
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
