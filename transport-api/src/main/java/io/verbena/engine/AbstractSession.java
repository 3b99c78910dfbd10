// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.HandlerFailurePolicy;
import io.verbena.PeerIdentity;
import io.verbena.Session;
import io.verbena.SessionClosed;
import io.verbena.SessionClosedException;
import io.verbena.SessionOptions;
import io.verbena.SessionState;
import io.verbena.spi.Connection;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.Poller;
import io.verbena.spi.PollerContext.Timer;
import io.verbena.spi.TransportProvider;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What both ends of a session have in common: the queue of what could not be sent yet, control
 * frames that are owed, the heart, and the way to the end.
 *
 * <p>The end: {@link #closeBecause} notes the first reason, which is the true one, and lets the
 * loop do the rest ({@link #beginClose}); the halves say GOODBYE each in its way; {@link #onClosed}
 * comes from the transport; {@link #finish} tells the application, once.
 */
abstract class AbstractSession implements Session, ConnectionHandler {
    /** Another one, when the session has been moved. */
    EventQueue queue;

    final SessionOptions options;

    /** Unique in the event queue, from 1: what a message remembers its session by. */
    long number;

    /**
     * Messages that wait for the server's room, for the link, or for the session to be established.
     */
    final MsgQueue outbound = new MsgQueue();

    SessionState state = SessionState.CONNECTING;

    /** The transport takes nothing until it says otherwise. */
    boolean blocked;

    /** The transport was told "not now", and waits for {@link #resume()}. */
    private boolean stalled;

    /** The link is no more. */
    boolean linkLost;

    /** The time to close in good order is over. */
    boolean outOfTime;

    /** The peer has sent its last frame. */
    boolean peerSaidGoodbye;

    /** This side has sent its last frame, or is about to. */
    boolean saidGoodbye;

    /** The place among the {@link Residents}. */
    int residence;

    private final URI uri;
    private @Nullable Connection connection;
    private final OwedFrames owed = new OwedFrames(this);
    private @Nullable Object userContext;

    private final SessionEnd end = new SessionEnd();
    private @Nullable Timer closeTimer;

    private @Nullable Heart heart;
    private int peerIntervalMs;

    /** On no event queue. */
    private boolean detached;

    AbstractSession(final EventQueue queue, final URI uri, final SessionOptions options) {
        this.queue = queue;
        this.uri = uri;
        this.options = options;
        number = queue.residents().add(this);
    }

    // ---- what the halves do in their own way

    /** In the loop, after {@link #closeBecause}: say what is to be said to the peer. */
    abstract void beginClose();

    /** Sends what waits in {@link #outbound} and may be sent. */
    abstract void pump();

    /**
     * The link is gone, and its memory with it: gives back what it had, then finishes, now or soon.
     */
    abstract void linkGone();

    /** Every message has been given back; tells the application that the session is closed. */
    abstract void notifyClosed(SessionClosed event);

    /** Nothing of what is to be sent has left since the last heartbeat. */
    void onPeerTakesNothing() {}

    /** Called often: is what the peer sends arriving fast enough? */
    void checkPace(final long nowNs) {}

    /**
     * Sends what the half owes beside the flags that are kept here; false if the link is blocked.
     */
    boolean sendOwn() {
        return true;
    }

    // ---- sending

    void connection(final Connection made) {
        connection = made;
    }

    @Nullable Connection connection() {
        return connection;
    }

    /** Sends the frame in the queue's header. */
    final SendResult send(final @Nullable EngineMsg payload) {
        final Connection link = connection;
        if (link == null || linkLost) {
            return SendResult.CLOSED;
        }
        final SendResult result = link.send(queue.header, payload);
        if (result == SendResult.BACK_PRESSURED) {
            blocked = true;
        }
        return result;
    }

    /** Sends a frame without payload; false if it must be tried again when the link is free. */
    final boolean sendControl(
            final int type, final int flags, final int credits, final long id, final int code) {
        queue.header.set(type, flags, credits, 0, id, code);
        return !blocked && send(null) != SendResult.BACK_PRESSURED;
    }

    final void oweCredits(final int credits) {
        owed.credits(credits);
    }

    final void oweClose() {
        owed.close();
    }

    /** This side's last frame; it goes behind everything in {@link #outbound}. */
    final void oweGoodbye() {
        if (saidGoodbye) {
            // What kept it from leaving before may be gone.
            owed.send();
        } else {
            saidGoodbye = true;
            owed.goodbye();
        }
    }

    /** It is on the link. */
    final void goodbyeSent() {
        if (peerSaidGoodbye) {
            closeLink();
        }
    }

    @Override
    public final void onWritable() {
        blocked = false;
        if (!sendOwn()) {
            return;
        }
        pump();
        if (!blocked) {
            owed.send();
        }
    }

    /** Does what is sent arrive nowhere, though frames of the peer are still told of? */
    final boolean isLinkDown() {
        final Connection link = connection;
        return link != null && link.isDown();
    }

    // ---- receiving less

    /** Was the transport told "not now"? */
    final boolean isStalled() {
        return stalled;
    }

    /** Tells the transport "not now", because of a limit on events. */
    final void stallForBudget() {
        stalled = true;
        queue.stalls().pause(this);
    }

    /** Tells the transport "not now", because there is no free message. */
    final void stallForMemory() {
        stalled = true;
        queue.stalls().starve(this);
    }

    /** Tells the transport "not now", until {@link #resumeSoon()}. */
    final void stallForLink() {
        stalled = true;
    }

    /** In the next duty cycle, as this is a call-back of the transport's. */
    final void resumeSoon() {
        queue.stalls().pause(this);
    }

    /** The cause of the stall may be over. */
    final void resume() {
        stalled = false;
        final Connection link = connection;
        if (link != null && !linkLost) {
            link.resume();
        }
    }

    // ---- moving

    /** Leaves the event queue, if nothing is under way. */
    final boolean leaveQueue() {
        queue.checkThread();
        final Connection link = connection;
        if (link == null
                || linkLost
                || detached
                || state != SessionState.ESTABLISHED
                || blocked
                || !owed.isEmpty()
                || !outbound.isEmpty()
                || !link.tryDetach()) {
            return false;
        }
        if (stalled) {
            stalled = false;
            queue.stalls().forget(this);
        }
        queue.residents().remove(this);
        detached = true;
        return true;
    }

    /** The other half of {@link #leaveQueue()}, on another event queue. */
    final void enterQueue(final EventQueue target, final TransportProvider provider) {
        final Connection link = connection;
        if (!detached || link == null) {
            throw new IllegalStateException("the session is on an event queue; detach it first");
        }
        final Poller poller = target.poller(provider);
        detached = false;
        queue = target;
        number = target.residents().add(this);
        poller.adopt(link, this);
        if (heart != null) {
            // The two event queues count time from different origins.
            startHeart(peerIntervalMs);
        }
    }

    // ---- the heart

    /** The peer is there; from now on both sides want to hear each other. */
    final void startHeart(final int intervalMs) {
        peerIntervalMs = intervalMs;
        final Heart made = new Heart(options, intervalMs, queue.nanoTime());
        heart = made;
        queue.residents().keepAlive(made.intervalNs());
    }

    /** How often the heart beats, 0 if it doesn't. */
    final long heartIntervalNs() {
        final Heart beating = heart;
        return beating == null ? 0 : beating.intervalNs();
    }

    /** Called often; sends a KEEPALIVE and looks at the peer's once an interval. */
    final void beat(final long nowNs) {
        checkPace(nowNs);
        final Heart beating = heart;
        if (beating != null && beating.isDue(nowNs)) {
            beat(beating, nowNs);
        }
    }

    private void beat(final Heart beating, final long nowNs) {
        final Connection link = connection;
        if (link == null || linkLost) {
            return;
        }
        // After GOODBYE there is nothing to hear, or to say, however long the peer's application
        // takes:
        // then the time to close is the limit.
        switch (beating.beat(nowNs, link, stalled || peerSaidGoodbye, saidGoodbye)) {
            case BEAT -> {
                if (beating.isPeerStuck()) {
                    onPeerTakesNothing();
                }
                if (!saidGoodbye) {
                    owed.keepalive();
                }
            }
            case PEER_SILENT ->
                    cutOff(
                            EventReason.KEEPALIVE_TIMEOUT,
                            "nothing was heard from %s for %d ms"
                                    .formatted(remoteAddress(), beating.patienceMs()));
            case PEER_STUCK ->
                    cutOff(
                            EventReason.PEER_STALLED,
                            "%s has taken nothing for %d ms"
                                    .formatted(remoteAddress(), beating.patienceMs()));
        }
    }

    private void cutOff(final EventReason reason, final String detail) {
        queue.report(reason, detail, null);
        startEnd(SessionClosed.of(reason, detail, null));
        final Connection link = connection;
        if (link != null) {
            link.abort();
        }
    }

    final void onKeepalive(final FrameHeader frame) {
        final Heart beating = heart;
        if (beating == null) {
            return;
        }
        if ((frame.flags() & FrameHeader.FLAG_BUSY) != 0) {
            beating.peerIsBusy();
        }
        final long nowNs = queue.nanoTime();
        if (beating.isDueWithPeer(nowNs)) {
            beat(beating, nowNs);
            beating.follow();
        }
    }

    // ---- the end

    @Override
    public final void close() {
        if (detached) {
            throw new IllegalStateException("the session is on no event queue; attach it first");
        }
        queue.checkThread();
        closeBecause(EventReason.CLOSED_BY_SELF, "closed by this side", null);
    }

    /** Begins to close in good order, if nothing has begun it before. */
    final void closeBecause(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {
        if (startEnd(SessionClosed.of(reason, detail, cause))) {
            closeTimer = queue.schedule(options.closeTimeoutNs(), this::closeTimedOut);
            // Not from here: the application may be in the middle of something.
            queue.schedule(0, this::beginCloseInLoop);
        }
    }

    private void beginCloseInLoop() {
        if (state == SessionState.CLOSING) {
            if (stalled && !linkLost) {
                queue.stalls().forget(this);
                resume();
            }
            beginClose();
        }
    }

    /** Ends the session without good order: the peer is told why, if it listens. */
    final void endNow(final EventReason reason, final String detail) {
        startEnd(SessionClosed.of(reason, detail, null));
        if (!saidGoodbye) {
            saidGoodbye = true;
            sendControl(FrameType.GOODBYE, 0, 0, 0, reason.code());
        }
        limitClose();
        closeLink();
    }

    /** The peer broke the protocol: its session ends, nobody else's. */
    final void protocolError(final String detail) {
        queue.counters.protocolErrors++;
        queue.report(EventReason.PROTOCOL_ERROR, remoteAddress() + ": " + detail, null);
        endNow(EventReason.PROTOCOL_ERROR, detail);
    }

    /** The peer's last frame: it will send no more. */
    final void onGoodbye(final FrameHeader frame) {
        peerSaidGoodbye = true;
        final EventReason said = EventReason.of(frame.room());
        startEnd(
                SessionEnd.saidByPeer(
                        said, remoteAddress(), state.compareTo(SessionState.ESTABLISHED) >= 0));
    }

    /** Notes why the session ends, if nothing has been noted before. */
    final boolean startEnd(final SessionClosed event) {
        if (!end.begin(event)) {
            return false;
        }
        if (state != SessionState.CLOSED) {
            state = SessionState.CLOSING;
        }
        return true;
    }

    final EventReason endReason() {
        return end.reason();
    }

    private void closeTimedOut() {
        if (state == SessionState.CLOSED) {
            return;
        }
        end.timedOut(options.closeTimeoutNs());
        abandon();
    }

    /** Starts the time that is left for the application to give back what it holds. */
    final void limitClose() {
        if (closeTimer == null) {
            closeTimer = queue.schedule(options.closeTimeoutNs(), this::closeTimedOut);
        }
    }

    /** Ends at once, with the link and without what the application still holds. */
    void abandon() {
        startEnd(
                SessionClosed.of(
                        EventReason.EVENT_QUEUE_CLOSED, "the event queue was closed", null));
        outOfTime = true;
        final Connection link = connection;
        if (link == null || linkLost) {
            linkLost = true;
            flush();
            finish();
        } else {
            // Its memory is safe to give back when the transport says so, in onClosed.
            link.abort();
        }
    }

    /** Every message that the link or the queue has is given back to the application. */
    abstract void flush();

    /** What the peer doesn't take until the time to close is over, it never will. */
    final void closeLink() {
        final Connection link = connection;
        if (link != null) {
            limitClose();
            link.close();
        }
    }

    @Override
    public final void onClosed(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {
        if (linkLost) {
            return;
        }
        linkLost = true;
        if (reason == EventReason.PROTOCOL_ERROR) {
            // Of the transport's own protocol.
            queue.counters.protocolErrors++;
        }
        if (state == SessionState.ESTABLISHED) {
            // Not at the end of a close in good order.
            queue.report(reason, detail, null);
        }
        startEnd(SessionClosed.of(reason, detail, cause));
        linkGone();
    }

    /** The last thing: tells the application, once. */
    final void finish() {
        if (state == SessionState.CLOSED) {
            return;
        }
        if (closeTimer != null) {
            closeTimer.cancel();
        }
        if (stalled) {
            queue.stalls().forget(this);
        }
        state = SessionState.CLOSED;
        queue.residents().remove(this);
        final SessionClosed event = end.event();
        if (event != null) {
            queue.countEvent();
            try {
                notifyClosed(event);
            } catch (final Throwable e) {
                queue.failed(null, e);
            }
        }
    }

    /** This session's handler threw. */
    final void handlerFailed(final Throwable thrown) {
        if (options.handlerFailure() == HandlerFailurePolicy.CLOSE_SESSION) {
            closeBecause(EventReason.HANDLER_FAILED, "its handler threw " + thrown, thrown);
        }
    }

    /** What to throw at who calls on a session that has ended or is about to. */
    final SessionClosedException refused(final String what) {
        return end.refused(what, state == SessionState.CLOSED);
    }

    // ---- what everybody may know

    @Override
    public final EventQueueHandler eventQueue() {
        return queue;
    }

    @Override
    public final URI uri() {
        return uri;
    }

    @Override
    public final SessionState state() {
        return state;
    }

    @Override
    public final String transport() {
        final Connection link = connection;
        return link == null ? "" : link.transport();
    }

    @Override
    public final String transportDetail() {
        final Connection link = connection;
        return link == null ? "" : link.transportDetail();
    }

    @Override
    public final String remoteAddress() {
        final Connection link = connection;
        return link == null ? "" : link.remoteAddress();
    }

    @Override
    public final @Nullable PeerIdentity peer() {
        final Connection link = connection;
        return link == null ? null : link.peer();
    }

    @Override
    public final @Nullable Object userContext() {
        return userContext;
    }

    @Override
    public final void userContext(final @Nullable Object context) {
        userContext = context;
    }

    @Override
    public String toString() {
        return "%s[%s, %s]".formatted(getClass().getSimpleName(), uri, state);
    }
}
