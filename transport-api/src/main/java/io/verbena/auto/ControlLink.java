// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.spi.Connection;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext;
import io.verbena.spi.PollerContext.Timer;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The control connection, and this package's own frames on it, which aren't lost if they can't be
 * sent at once.
 */
final class ControlLink {
    /** How long a peer may take to read the last frame. */
    private static final long CLOSE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final byte[] NO_PAYLOAD = {};

    private final ArrayDeque<KeptFrame> owed = new ArrayDeque<>();
    private @Nullable Connection connection;
    private @Nullable Timer closeTimer;
    private boolean over;
    private boolean closing;

    /** It is there, whether it is up already or not. */
    void open(final Connection made) {
        connection = made;
    }

    Connection connection() {
        final Connection made = connection;
        if (made == null) {
            throw new AssertionError("a call-back of a connection that isn't there");
        }
        return made;
    }

    @Nullable Connection connectionIfAny() {
        return connection;
    }

    boolean isOver() {
        return over;
    }

    /** It has ended. */
    void over() {
        over = true;
        if (closeTimer != null) {
            closeTimer.cancel();
        }
    }

    // ---- sending

    /** Sends a frame of this package's, behind those before it, now or when it can. */
    void send(final int type, final int code, final byte[] payload) {
        send(KeptFrame.of(type, 0, code, payload));
    }

    void send(final int type, final int code) {
        send(type, code, NO_PAYLOAD);
    }

    void send(final KeptFrame frame) {
        owed.add(frame);
        flush();
    }

    /** Sends a frame of the engine's, behind what is owed. */
    SendResult send(final FrameHeader frame, final @Nullable MsgMemory payload) {
        return flush() ? connection().send(frame, payload) : SendResult.BACK_PRESSURED;
    }

    boolean owesNothing() {
        return owed.isEmpty();
    }

    /** Sends what is owed; false if some of it must wait. */
    private boolean flush() {
        for (KeptFrame next = owed.peek(); next != null; next = owed.peek()) {
            if (connection().send(next.header(), next.memory()) == SendResult.BACK_PRESSURED) {
                return false;
            }
            owed.remove();
        }
        return true;
    }

    /** It takes frames again; whether the engine's may follow. */
    boolean onWritable() {
        final boolean flushed = flush();
        if (flushed && closing) {
            connection().close();
        }
        return flushed && !closing;
    }

    // ---- the end

    /** Says GOODBYE, then ends in good order; by force if that takes long. */
    void sayGoodbye(final EventReason reason, final PollerContext context) {
        if (!over && !closing) {
            owed.add(KeptFrame.of(FrameType.GOODBYE, 0, reason.code(), NO_PAYLOAD));
            close(context);
            limitClose(context);
        }
    }

    /**
     * Ends in good order, when all that was sent has left. How long that may take the engine knows,
     * unless it is this package's frames that don't leave.
     */
    void close(final PollerContext context) {
        if (over || closing) {
            return;
        }
        closing = true;
        if (flush()) {
            connection().close();
        } else {
            limitClose(context);
        }
    }

    private void limitClose(final PollerContext context) {
        if (closeTimer == null) {
            closeTimer = context.schedule(CLOSE_NS, this::abort);
        }
    }

    void abort() {
        final Connection made = connection;
        if (made != null && !over) {
            made.abort();
        }
    }

    // ---- moving

    void detach() {
        connection().detach();
    }

    void adoptedBy(final Poller poller, final ConnectionHandler handler) {
        poller.adopt(connection(), handler);
    }
}
