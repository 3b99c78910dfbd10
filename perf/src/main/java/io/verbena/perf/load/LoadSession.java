// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import io.verbena.ClientSession;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.SessionClosed;
import io.verbena.VerbenaException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One session of a run. It owns as many messages as its window has room for, takes them once, and
 * sends them again and again: from the call-back in which one comes back, as long as one is due.
 */
final class LoadSession implements ClientSession.Handler {
    private final LoadRunner run;
    private final int requestSize;
    private final int responseSize;
    private final Msg[] idle;

    private @Nullable ClientSession session;
    private @Nullable SessionClosed closed;
    private int idleCount;
    private int sequence;
    private int lastEnded;

    /** What is known of a message while it is under way. */
    private static final class Transaction {
        private long startNs;
        private int sequence;
    }

    LoadSession(final LoadRunner run, final LoadPlan plan, final MsgPool pool) {
        this.run = run;
        requestSize = plan.requestSize();
        responseSize = plan.responseSize();
        idle = new Msg[plan.window()];
        for (int i = 0; i < idle.length; i++) {
            final Msg msg = pool.take();
            msg.userContext(new Transaction());
            idle[i] = msg;
        }
        idleCount = idle.length;
    }

    void session(final ClientSession value) {
        session = value;
    }

    ClientSession session() {
        return Objects.requireNonNull(session);
    }

    @Nullable SessionClosed closed() {
        return closed;
    }

    boolean canSend() {
        return idleCount > 0;
    }

    /** Sends the next request if it is due and the window has room for it. */
    boolean send(final long nowNs) {
        if (idleCount == 0) {
            return false;
        }
        final long startNs = run.phase().next(nowNs);
        if (startNs == Phase.NOT_DUE) {
            return false;
        }
        final Msg msg = idle[idleCount - 1];
        final Transaction transaction = (Transaction) Objects.requireNonNull(msg.userContext());
        transaction.startNs = startNs;
        transaction.sequence = sequence + 1;
        Stamp.writeRequest(msg.out(), requestSize, responseSize, transaction.sequence);
        try {
            session().sendRequest(msg);
        } catch (final VerbenaException | IllegalArgumentException e) {
            run.fail("can't send to %s: %s".formatted(session().uri(), e.getMessage()), e);
            return false;
        }
        sequence++;
        idleCount--;
        run.phase().onSent(nowNs);
        return true;
    }

    @Override
    public void onEstablished(final ClientSession established) {
        run.onEstablished(established);
    }

    @Override
    public void onResponse(final ClientSession from, final Msg msg) {
        final long nowNs = run.nowNs();
        final Transaction transaction = (Transaction) Objects.requireNonNull(msg.userContext());
        if (!Stamp.isResponse(msg.in(), requestSize, responseSize, transaction.sequence)
                || transaction.sequence - lastEnded <= 0) {
            run.fail(wrongResponse(msg, transaction), null);
        }
        run.phase().onAnswered(nowNs - transaction.startNs, nowNs);
        next(msg, transaction, nowNs);
    }

    @Override
    public void onMsgError(final ClientSession from, final Msg msg, final EventReason reason) {
        final long nowNs = run.nowNs();
        run.phase().onFailed(nowNs);
        run.onError(reason);
        next(msg, (Transaction) Objects.requireNonNull(msg.userContext()), nowNs);
    }

    private void next(final Msg msg, final Transaction transaction, final long nowNs) {
        lastEnded = transaction.sequence;
        idle[idleCount++] = msg;
        if (run.failed()) {
            return;
        }
        while (send(nowNs)) {
            // with a rate, several may be overdue
        }
        run.onEnded(nowNs);
    }

    private String wrongResponse(final Msg msg, final Transaction transaction) {
        return "response %d is not the answer to its request: it has %d bytes of %d, and follows response %d"
                .formatted(transaction.sequence, msg.in().limit(), responseSize, lastEnded);
    }

    @Override
    public void onClosed(final ClientSession from, final SessionClosed event) {
        closed = event;
        run.onClosed(event);
    }

    /** Gives the messages back; to be called when none is under way. */
    void release() {
        while (idleCount > 0) {
            idle[--idleCount].release();
        }
    }
}
