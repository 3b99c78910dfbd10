// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit.mem;

import io.verbena.EventReason;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.PollerContext;
import io.verbena.wire.FrameHeader;

/**
 * A connection on a poller, until it is detached or closed: delivers and calls back. All but {@link
 * #signal()} is the poller's thread's.
 */
final class MemAttachment extends MemEndpoint {
    private static final int FRAMES_PER_POLL = 64;

    private final MemConnection connection;
    private final MemPoller poller;
    private final FrameHeader header = new FrameHeader();
    private ConnectionHandler handler;
    private boolean active = true;
    private boolean connecting;
    private boolean tellConnected;
    private EventReason failure;
    private String failureDetail;
    private boolean blocked;
    private boolean delivering;
    private MsgMemory target;
    private int filled;
    private PollerContext.Timer timer;

    MemAttachment(final MemConnection connection, final MemPoller poller) {
        this.connection = connection;
        this.poller = poller;
    }

    void handledBy(final ConnectionHandler newHandler) {
        handler = newHandler;
    }

    /** Thread-safe. */
    void signal() {
        poller.ready(this);
    }

    void connected() {
        tellConnected = true;
        signal();
    }

    void refuse(final String why) {
        fail(EventReason.REFUSED, why);
    }

    void connectHangs(final long timeoutNs) {
        connecting = true;
        timer =
                poller.context()
                        .schedule(
                                timeoutNs,
                                () -> fail(EventReason.CONNECT_TIMEOUT, "no answer in time"));
    }

    private void fail(final EventReason reason, final String detail) {
        failure = reason;
        failureDetail = detail;
        signal();
    }

    void resume() {
        blocked = false;
        if (connection.link.faults.resumeDelivers() && !delivering && active) {
            deliver();
        }
        signal();
    }

    /** The connection has left this poller. */
    void end() {
        MemConnection.check(target == null, "detach() within a frame");
        leave();
    }

    private void leave() {
        active = false;
        target = null;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        poller.remove(this);
    }

    @Override
    void pollerClosed() {
        leave();
        connection.abandon();
        abandonUnaccepted();
    }

    @Override
    int process() {
        if (!active || handler == null) {
            return 0;
        }
        int work = 0;
        if (tellConnected && !connection.isClosing()) {
            tellConnected = false;
            work++;
            handler.onConnected();
        }
        final boolean sentLate = connection.link.faults.sentLate();
        if (!sentLate) {
            work += tellSent();
        }
        if (active && connection.takeWritable()) {
            work++;
            handler.onWritable();
        }
        if (active) {
            work += deliver();
        }
        if (active && sentLate) {
            work += tellSent();
        }
        if (active && isOver()) {
            work += closed();
        }
        return work;
    }

    private boolean isOver() {
        if (failure != null) {
            return true;
        }
        return connecting ? connection.isClosing() : connection.isOver();
    }

    private int tellSent() {
        int work = 0;
        for (MsgMemory next = connection.takeSent(); next != null; next = connection.takeSent()) {
            work++;
            handler.onSent(next);
            if (!active) {
                break;
            }
        }
        return work;
    }

    private int deliver() {
        delivering = true;
        try {
            int work = 0;
            while (work < FRAMES_PER_POLL && deliverOne()) {
                work++;
            }
            if (work == FRAMES_PER_POLL) {
                signal();
            }
            return work;
        } finally {
            delivering = false;
        }
    }

    /** Delivers a frame, or a piece of it; false if no other is to follow now. */
    private boolean deliverOne() {
        if (!active || blocked) {
            return false;
        }
        final boolean fresh = target == null;
        final MemConnection.Next next = connection.next(fresh);
        if (next == MemConnection.Next.CUT) {
            connection.link.cut("the link was cut at this frame by a test");
        }
        if (next != MemConnection.Next.FRAME) {
            return false;
        }
        final MemFrame frame;
        synchronized (connection.link) {
            frame = connection.in.head();
        }
        if (frame == null || !isDue(frame) || (fresh && !findTarget(frame))) {
            return false;
        }
        final int count = Math.min(frame.length - filled, connection.in.faults.splitBytes);
        final Boolean whole = connection.receive(frame, filled, count, target);
        if (whole == null) {
            return false;
        }
        filled += count;
        if (!whole) {
            signal();
            return false;
        }
        final MsgMemory memory = target;
        target = null;
        handler.onFrame(present(frame), memory);
        // The header was valid during the call only: who kept it reads nonsense from now on.
        header.set(-1, -1, -1, -1, -1, -1).remoteAddress(-1).rkey(-1);
        return true;
    }

    private boolean isDue(final MemFrame frame) {
        final long now = poller.context().nanoTime();
        final long left = frame.dueNs(now, connection.in.faults.delayNs) - now;
        if (left > 0 && timer == null) {
            timer =
                    poller.context()
                            .schedule(
                                    left,
                                    () -> {
                                        timer = null;
                                        signal();
                                    });
        }
        return left <= 0;
    }

    private boolean findTarget(final MemFrame frame) {
        final MsgMemory named = handler.destination(present(frame));
        if (!active || connection.isClosing()) {
            return false;
        }
        if (named == null) {
            blocked = true;
            return false;
        }
        MemConnection.check(
                named == MsgMemory.DISCARD || named.inbound().capacity() >= frame.length,
                "a destination that is too small");
        target = named;
        filled = 0;
        return true;
    }

    private FrameHeader present(final MemFrame frame) {
        return header.set(frame.header);
    }

    private int closed() {
        final boolean bySelf = connection.isClosing();
        final String broken = connection.link.broken();
        leave();
        connection.abandon();
        abandonUnaccepted();
        if (bySelf) {
            handler.onClosed(EventReason.CLOSED_BY_SELF, "closed by this side", null);
        } else if (failure != null) {
            handler.onClosed(failure, failureDetail, null);
        } else {
            handler.onClosed(
                    EventReason.TRANSPORT_ERROR,
                    broken != null ? broken : "the link ended at the other side",
                    null);
        }
        return 1;
    }

    /** A connection that never came about has another end, which nobody will ever see. */
    private void abandonUnaccepted() {
        if (connecting || failure != null) {
            connection.link.server.abandon();
        }
    }
}
