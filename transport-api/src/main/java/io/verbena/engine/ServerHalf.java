// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventQueueHandler;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.ServerSession;
import io.verbena.SessionClosed;
import io.verbena.SessionOptions;
import io.verbena.SessionState;
import io.verbena.spi.Connection;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.TransportProvider;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The end of a session that answers requests. */
final class ServerHalf extends AbstractSession implements ServerSession {
    private static final byte[] NOTHING = {};

    /** How often, without a heart, to look whether payloads arrive fast enough: once a second. */
    private static final long PACE_NS = TimeUnit.SECONDS.toNanos(4);

    private final Handler handler;
    private final Portal portal;
    private final String host;
    private final int peerMaxPayload;
    private final TransportProvider provider;
    private final RequestGate gate;

    /**
     * Responses that the transport still needs the memory of, in the order in which they were sent.
     */
    private final MsgQueue sending = new MsgQueue();

    /** Requests that the client was told the failure of, and the application not yet. */
    private final MsgQueue failed = new MsgQueue();

    /** Requests that no message was spent on, and that could not be told so yet. */
    private final ArrayDeque<Refusal> refusals = new ArrayDeque<>();

    /** Requests that the client may have open at a time. */
    private int granted;

    /** Requests that it has open. */
    private int open;

    /** Requests that the application holds. */
    private int held;

    /**
     * Requests that were given a destination and aren't there yet. Which messages those are is
     * needed only if the link breaks just then, and to note a reference for each request is work
     * for the garbage collector.
     */
    private int receiving;

    private final PayloadPace pace;

    /** Requests that have arrived, and the length of the one that began to last. */
    private long arrived;

    private int arriving;

    private boolean askedForHeld;

    private record Refusal(long transactionId, EventReason reason) {}

    ServerHalf(
            final EventQueue queue,
            final URI uri,
            final SessionOptions options,
            final Handler handler,
            final Portal portal,
            final String host,
            final int peerMaxPayload,
            final TransportProvider provider) {
        super(queue, uri, options);
        this.handler = handler;
        this.portal = portal;
        this.host = host;
        gate = new RequestGate(this, portal, options.maxHeldBytes());
        pace = new PayloadPace(options.minPayloadBytesPerSecond());
        this.peerMaxPayload = peerMaxPayload;
        this.provider = provider;
    }

    /** Tells the client that it is accepted. */
    void establish(
            final Connection link, final int peerKeepaliveMs, final @Nullable ServerProof proof) {
        connection(link);
        link.handler(this);
        granted = room();
        state = SessionState.ESTABLISHED;
        queue.counters.sessionsEstablished++;
        Hello.set(
                queue.header,
                0,
                granted,
                Greeting.proofLength(proof),
                options.window(),
                Greeting.keepaliveMs(options),
                options.maxPayloadBytes());
        Greeting.sendHello(link, queue.header, NOTHING, proof);
        startHeart(peerKeepaliveMs);
        if (heartIntervalNs() == 0 && options.minPayloadBytesPerSecond() > 0) {
            queue.residents().keepAlive(PACE_NS);
        }
    }

    @Override
    void checkPace(final long nowNs) {
        final Connection link = connection();
        if (link == null || saidGoodbye) {
            return;
        }
        final long payload = receiving > 0 ? arrived : -1;
        final boolean heartless = heartIntervalNs() == 0;
        if (pace.isTooSlow(nowNs, payload, arriving, link.receivedBytes(), heartless)) {
            portal.tally.slowPayloads.increment();
            final String detail =
                    "a request of %d bytes has not arrived within %d s"
                            .formatted(arriving, pace.limitNs(arriving) / 1_000_000_000);
            queue.report(EventReason.LIMIT_REACHED, remoteAddress() + ": " + detail, null);
            endNow(EventReason.LIMIT_REACHED, detail);
        }
    }

    /** The requests that there is room for: all of the window where the pools can grow. */
    private int room() {
        return queue.canGrow()
                ? options.window()
                : Math.max(1, Math.min(options.window(), queue.pools().servingCount()));
    }

    /** The pools have become larger. */
    void grantMore() {
        final int more = room() - granted;
        if (more > 0 && state == SessionState.ESTABLISHED) {
            granted += more;
            oweCredits(more);
        }
    }

    // ---- receiving

    @Override
    public void onConnected() {
        throw new AssertionError("an accepted connection was connected before");
    }

    @Override
    public @Nullable MsgMemory destination(final FrameHeader frame) {
        if (frame.type() == FrameType.REQUEST) {
            return requestDestination(frame);
        }
        if (frame.payloadLength() != 0) {
            protocolError("a payload where none belongs: " + frame);
        }
        return MsgMemory.DISCARD;
    }

    private @Nullable MsgMemory requestDestination(final FrameHeader frame) {
        final int length = frame.payloadLength();
        if (length < 0 || length > options.maxPayloadBytes() || frame.room() < 0) {
            if (frame.room() >= 0) {
                portal.tally.oversizedPayloads.increment();
            }
            protocolError(
                    "a request beyond the limit of %d bytes: %s"
                            .formatted(options.maxPayloadBytes(), frame));
            return MsgMemory.DISCARD;
        }
        if (open + receiving >= granted || peerSaidGoodbye) {
            protocolError(
                    peerSaidGoodbye
                            ? "a request after GOODBYE"
                            : "a request without a credit: %d are open already"
                                    .formatted(open + receiving));
            return MsgMemory.DISCARD;
        }
        if (state != SessionState.ESTABLISHED) {
            receiving++;
            return MsgMemory.DISCARD;
        }
        if (gate.keepsOut()) {
            return null;
        }
        arriving = length;
        // The gate lets it in past its memory only if the link is down, to be dropped: see
        // onRequest.
        final EngineMsg msg = gate.isFull() ? null : queue.takeForRequest(length);
        if (msg == null && queue.pools().fits(length) && !isLinkDown()) {
            stallForMemory();
            return null;
        }
        receiving++;
        if (msg == null) {
            return MsgMemory.DISCARD;
        }
        msg.session = number;
        gate.taken(msg);
        return msg;
    }

    /** A request is left unread, as the application wants it. */
    void requestWaits() {
        queue.countEvent();
        try {
            handler.onRequestWaiting(this);
        } catch (final Throwable e) {
            queue.failed(this, e);
        }
    }

    // ---- moving

    @Override
    public void holdRequests(final boolean hold) {
        gate.holdRequests(hold);
    }

    @Override
    public boolean isMovable() {
        final Connection link = connection();
        return link != null && link.isMovable();
    }

    @Override
    public boolean detach() {
        final boolean idle =
                open + receiving + held == 0 && sending.isEmpty() && refusals.isEmpty();
        if (!idle || !failed.isEmpty() || !leaveQueue()) {
            return false;
        }
        gate.onDetached();
        return true;
    }

    @Override
    public void attach(final EventQueueHandler target) {
        enterQueue(EventQueue.of(target), provider);
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        switch (frame.type()) {
            case FrameType.REQUEST -> onRequest(frame, memory);
            case FrameType.KEEPALIVE -> onKeepalive(frame);
            case FrameType.GOODBYE -> {
                onGoodbye(frame);
                limitClose();
                askForHeld();
                sayGoodbyeIfDone();
            }
            case FrameType.HELLO -> protocolError("a second HELLO");
            default -> protocolError("a server doesn't get " + FrameType.name(frame.type()));
        }
    }

    private void onRequest(final FrameHeader frame, final MsgMemory memory) {
        receiving--;
        arrived++;
        open++;
        if (!(memory instanceof EngineMsg msg)) {
            // To wait for a message is no use if the link is down: it may be this session's own
            // answers that have them all, and they are given back when the link has ended. Nobody
            // would hear an answer either; the client is told by the end of its session.
            if (!isLinkDown()) {
                refuse(frame);
            }
            return;
        }
        queue.counters.requestsReceived++;
        held++;
        msg.state = EngineMsg.REQUEST;
        msg.transactionId = frame.transactionId();
        msg.room = Math.min(frame.room(), peerMaxPayload);
        msg.received(frame.payloadLength());
        msg.out().clear().limit(msg.sendLimit());
        queue.countEvent();
        try {
            handler.onRequest(this, msg);
        } catch (final Throwable e) {
            queue.failed(this, e);
        }
    }

    private void refuse(final FrameHeader frame) {
        final boolean closing = state != SessionState.ESTABLISHED;
        final int length = frame.payloadLength();
        final EventReason reason = closing ? EventReason.FLUSHED : EventReason.REQUEST_TOO_LARGE;
        refusals.add(new Refusal(frame.transactionId(), reason));
        sendOwn();
        if (!closing) {
            queue.counters.messageErrors++;
            queue.countEvent();
            try {
                handler.onRequestRefused(this, length);
            } catch (final Throwable e) {
                queue.failed(this, e);
            }
        }
    }

    @Override
    boolean sendOwn() {
        for (Refusal next = refusals.peek(); next != null; next = refusals.peek()) {
            if (!sendControl(FrameType.FAILURE, 0, 1, next.transactionId, next.reason.code())) {
                return false;
            }
            open--;
            refusals.remove();
        }
        return true;
    }

    // ---- answering

    @Override
    public void sendResponse(final Msg msg) {
        final EngineMsg own = checkAnswerable(msg, "answered");
        own.checkMirrorIdle("answered");
        if (linkLost || saidGoodbye || state == SessionState.CLOSED) {
            throw refused("the response was not sent");
        }
        own.length = own.out().position();
        if (own.length > own.room) {
            own.failure = EventReason.RESPONSE_TOO_LARGE;
        }
        answer(own);
    }

    @Override
    public void discardRequest(final Msg msg) {
        final EngineMsg own = checkAnswerable(msg, "discarded");
        own.checkMirrorDone("discarded");
        if (linkLost || saidGoodbye || state == SessionState.CLOSED) {
            held--;
            gate.givenBack(own);
            own.free();
            if (held == 0 && state == SessionState.CLOSING) {
                // Not from here: the application may be in the middle of something.
                queue.schedule(0, this::finishIfDone);
            }
            return;
        }
        own.failure = EventReason.DISCARDED;
        answer(own);
    }

    private EngineMsg checkAnswerable(final Msg msg, final String what) {
        queue.checkThread();
        final EngineMsg own = EngineMsg.of(msg);
        if (own.isMirror()) {
            throw new IllegalStateException(
                    "a mirror can't be %s; use the message that it mirrors".formatted(what));
        }
        if (own.state != EngineMsg.REQUEST) {
            throw own.refused(what);
        }
        if (own.session != number) {
            throw new IllegalStateException(
                    "the message can't be %s here: it is a request of another session"
                            .formatted(what));
        }
        return own;
    }

    private void answer(final EngineMsg msg) {
        held--;
        msg.state = EngineMsg.ANSWERED;
        if (blocked || !outbound.isEmpty() || !transmit(msg)) {
            outbound.add(msg);
        }
        if (state == SessionState.CLOSING) {
            sayGoodbyeIfDone();
        }
    }

    /** Puts an answer on the wire; false if the link doesn't take it. */
    private boolean transmit(final EngineMsg msg) {
        final EventReason failure = msg.failure;
        if (failure != null) {
            if (!sendControl(FrameType.FAILURE, 0, 1, msg.transactionId, failure.code())) {
                return false;
            }
            open--;
            if (failure == EventReason.DISCARDED) {
                gate.givenBack(msg);
                msg.free();
            } else {
                // Not from here: this may be the application's own sendResponse.
                failed.add(msg);
                queue.schedule(0, this::giveUpFailed);
            }
            return true;
        }
        queue.header.set(FrameType.RESPONSE, 0, 1, msg.length, msg.transactionId, 0);
        final SendResult result = send(msg);
        if (result == SendResult.SENT) {
            gate.givenBack(msg);
            msg.pool.free(msg);
        } else if (result == SendResult.HELD) {
            sending.add(msg);
        } else {
            return false;
        }
        open--;
        queue.counters.responsesSent++;
        return true;
    }

    @Override
    void pump() {
        while (!blocked) {
            final EngineMsg msg = outbound.poll();
            if (msg == null) {
                break;
            }
            if (!transmit(msg)) {
                outbound.addFirst(msg);
                return;
            }
        }
        if (outbound.isEmpty()) {
            gate.onAnswersSent();
        }
        sayGoodbyeIfDone();
    }

    @Override
    void onPeerTakesNothing() {
        gate.onPeerTakesNothing();
    }

    @Override
    public void onSent(final MsgMemory payload) {
        if (payload instanceof ControlMemory) {
            // That of HELLO, which is nobody's memory.
            return;
        }
        final EngineMsg msg = sending.poll();
        assert msg == payload : "the transport is done with " + payload + " before " + msg;
        if (msg != null) {
            gate.givenBack(msg);
            msg.pool.free(msg);
        }
    }

    private void giveUpFailed() {
        for (EngineMsg msg = failed.poll(); msg != null; msg = failed.poll()) {
            final EventReason failure = msg.failure;
            giveUp(msg, failure == null ? EventReason.UNKNOWN : failure);
        }
    }

    /** An answer did not reach the client. */
    private void giveUp(final EngineMsg msg, final EventReason reason) {
        queue.counters.messageErrors++;
        queue.countEvent();
        try {
            handler.onMsgError(this, msg, reason);
        } catch (final Throwable e) {
            queue.failed(this, e);
        } finally {
            gate.givenBack(msg);
            msg.free();
        }
    }

    // ---- the end

    @Override
    void beginClose() {
        if (linkLost) {
            return;
        }
        oweClose();
        askForHeld();
        sayGoodbyeIfDone();
    }

    private void askForHeld() {
        if (held > 0 && !askedForHeld) {
            askedForHeld = true;
            queue.countEvent();
            try {
                handler.onClosing(this, held, endReason());
            } catch (final Throwable e) {
                queue.failed(null, e);
            }
        }
    }

    /** The client's last frame is here, and all that it asked is answered. */
    private void sayGoodbyeIfDone() {
        if (peerSaidGoodbye && held == 0 && outbound.isEmpty() && refusals.isEmpty()) {
            oweGoodbye();
        }
    }

    @Override
    void linkGone() {
        flush();
        limitClose();
        askForHeld();
        finishIfDone();
    }

    private void finishIfDone() {
        if ((held == 0 || outOfTime) && linkLost) {
            finish();
        }
    }

    @Override
    void flush() {
        if (receiving > 0) {
            receiving = 0;
            queue.pools().freeReceiving(number);
        }
        giveUpFailed();
        for (EngineMsg msg = sending.poll(); msg != null; msg = sending.poll()) {
            giveUp(msg, EventReason.FLUSHED);
        }
        for (EngineMsg msg = outbound.poll(); msg != null; msg = outbound.poll()) {
            giveUp(msg, EventReason.FLUSHED);
        }
        refusals.clear();
    }

    @Override
    void notifyClosed(final SessionClosed event) {
        portal.sessionClosed(host);
        queue.counters.sessionsClosed++;
        handler.onClosed(this, event);
    }

    @Override
    public int inFlight() {
        return held + outbound.size() + sending.size();
    }
}
