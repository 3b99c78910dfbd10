// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.ClientSession;
import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.Msg;
import io.verbena.PoolUse;
import io.verbena.QueueOverflowException;
import io.verbena.SessionClosed;
import io.verbena.SessionState;
import io.verbena.SharedSecret;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.TransportProvider;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The end of a session that sends requests. */
final class ClientHalf extends AbstractSession implements ClientSession {
    private final Handler handler;
    private final ClientHandshake handshake;
    private final InFlightTable inFlight = new InFlightTable();
    private final RequestDeadlines deadlines = new RequestDeadlines(this, outbound, inFlight);

    private boolean established;
    private int credits;
    private int window;
    private int peerMaxPayload = Integer.MAX_VALUE;

    /** A request whose answer came before all of it was sent; no more is read until it is. */
    private @Nullable EngineMsg answeredEarly;

    private ClientHalf(
            final EventQueue queue,
            final URI uri,
            final Handler handler,
            final ConnectOptions options,
            final byte[] pathAndQuery) {
        super(queue, uri, options.session());
        this.handler = handler;
        handshake = new ClientHandshake(this, options, pathAndQuery);
    }

    static ClientSession connect(
            final EventQueue queue,
            final URI uri,
            final Handler handler,
            final ConnectOptions options) {
        final SharedSecret secret = options.secret();
        if (secret != null && secret.isClosed()) {
            throw new IllegalStateException("the shared secret of the options is closed");
        }
        final byte[] pathAndQuery = Greeting.encode(uri);
        final TransportProvider provider = Transports.forUri(uri);
        final var poller = queue.poller(provider);
        final ClientHalf session = new ClientHalf(queue, uri, handler, options, pathAndQuery);
        try {
            session.connection(poller.connect(uri, options, session));
        } catch (final RuntimeException e) {
            queue.residents().remove(session);
            throw e;
        }
        session.handshake.start();
        return session;
    }

    // ---- setting up

    @Override
    public void onGreeting() {
        if (state == SessionState.CONNECTING) {
            handshake.onGreeting();
        }
    }

    @Override
    public void onSecuring() {
        // The transport limits what follows.
        handshake.stopTimer();
    }

    @Override
    public void onConnected() {
        if (state != SessionState.CONNECTING) {
            closeLink();
            return;
        }
        handshake.onConnected();
    }

    /** The server has accepted. */
    private void establish(final FrameHeader frame) {
        credits = frame.credits();
        window = Hello.window(frame);
        peerMaxPayload = Hello.maxPayload(frame);
        if (credits > window) {
            protocolError("HELLO grants %d credits of a window of %d".formatted(credits, window));
            return;
        }
        established = true;
        queue.counters.sessionsEstablished++;
        startHeart(Hello.keepaliveIntervalMs(frame));
        if (state != SessionState.CONNECTING) {
            // Closed meanwhile: what there is to say is GOODBYE.
            oweGoodbye();
            return;
        }
        state = SessionState.ESTABLISHED;
        queue.countEvent();
        try {
            handler.onEstablished(this);
        } catch (final Throwable e) {
            queue.failed(this, e);
        }
        pump();
    }

    // ---- sending

    @Override
    public void sendRequest(final Msg msg) {
        submit(msg, 0);
    }

    @Override
    public void sendRequest(final Msg msg, final long timeoutNs) {
        if (timeoutNs <= 0) {
            throw new IllegalArgumentException("timeoutNs must be above 0, is " + timeoutNs);
        }
        final long now = queue.nanoTime();
        submit(msg, timeoutNs > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + timeoutNs);
    }

    private void submit(final Msg msg, final long deadlineNs) {
        queue.checkThread();
        final EngineMsg own = EngineMsg.of(msg);
        if (state.compareTo(SessionState.ESTABLISHED) > 0) {
            throw refused("the request was not sent");
        }
        own.checkSendable();
        checkBound(own);
        final int length = own.out().position();
        if (length > peerMaxPayload) {
            throw new IllegalArgumentException(
                    "the request has %d bytes, and the server accepts %d at most"
                            .formatted(length, peerMaxPayload));
        }
        final boolean now = established && credits > 0 && !blocked && outbound.isEmpty();
        if (!now) {
            checkQueue();
        }
        own.state = EngineMsg.IN_FLIGHT;
        own.length = length;
        own.deadlineNs = deadlineNs;
        if (deadlineNs != 0) {
            deadlines.watch(deadlineNs);
        }
        if (!now || !transmit(own)) {
            outbound.add(own);
        }
    }

    /** Checks that the event queue has the message's pool, for requests. */
    private void checkBound(final EngineMsg msg) {
        final DirectMsgPool pool = msg.pool;
        if (pool.eventQueue() != queue || !pool.use().client()) {
            throw new IllegalStateException(
                    "%s is not bound to the session's event queue for requests; call bind(pool) first"
                            .formatted(pool));
        }
        if (msg.isMirror() && pool.use() != PoolUse.BOTH) {
            // What is sent of it is memory that others receive into, and with some transports the
            // peer needs a right for that, which is given to no more memory than needs it.
            throw new IllegalStateException(
                    "%s is bound for one use, so its mirrors can't be sent; bind it for both"
                            .formatted(pool));
        }
    }

    /** Checks that another request may wait. */
    private void checkQueue() {
        if (outbound.size() >= options.maxQueued()) {
            throw new QueueOverflowException(
                    "%d requests wait to be sent, which is as many as maxQueued allows"
                            .formatted(outbound.size()));
        }
    }

    /** Puts a request on the wire; false if the link doesn't take it. */
    private boolean transmit(final EngineMsg msg) {
        if (msg.length > peerMaxPayload) {
            return failQueued(msg, EventReason.REQUEST_TOO_LARGE);
        }
        inFlight.add(msg);
        queue.header.set(
                FrameType.REQUEST, 0, 0, msg.length, msg.transactionId, msg.responseRoom());
        final SendResult result = send(msg);
        if (result == SendResult.SENT || result == SendResult.HELD) {
            msg.sending = result == SendResult.HELD;
            credits--;
            queue.counters.requestsSent++;
            return true;
        }
        inFlight.remove(msg);
        return false;
    }

    /** A request that was queued before the server's limit was known. */
    private boolean failQueued(final EngineMsg msg, final EventReason reason) {
        giveBack(msg, reason);
        return true;
    }

    @Override
    void pump() {
        while (credits > 0 && !blocked && established && !saidGoodbye) {
            final EngineMsg msg = outbound.peek();
            if (msg == null || !transmitHead()) {
                return;
            }
        }
    }

    private boolean transmitHead() {
        // Off the queue first: a call-back may add to it.
        final EngineMsg msg = outbound.poll();
        if (msg == null) {
            return false;
        }
        if (transmit(msg)) {
            return true;
        }
        outbound.addFirst(msg);
        return false;
    }

    @Override
    public void onSent(final MsgMemory payload) {
        // The answer is what tells that a request's memory is free, if it doesn't come before this.
        if (payload instanceof EngineMsg msg) {
            msg.sending = false;
            if (answeredEarly == msg) {
                answeredEarly = null;
                resumeSoon();
            }
        }
    }

    // ---- receiving

    @Override
    public @Nullable MsgMemory destination(final FrameHeader frame) {
        final int type = frame.type();
        if (type == FrameType.RESPONSE && established) {
            return responseDestination(frame);
        }
        if (endedAbruptly()) {
            return MsgMemory.DISCARD;
        }
        if (!established) {
            return handshake.destination(frame);
        }
        if (type == FrameType.FAILURE && isStillSent(inFlight.find(frame.transactionId()))) {
            return null;
        }
        if (frame.payloadLength() != 0) {
            protocolError("a payload where none belongs: " + frame);
        }
        return MsgMemory.DISCARD;
    }

    private @Nullable MsgMemory responseDestination(final FrameHeader frame) {
        if (!queue.hasBudget()) {
            stallForBudget();
            return null;
        }
        final EngineMsg msg = inFlight.find(frame.transactionId());
        if (msg == null) {
            protocolError("a response to a transaction that isn't open: " + frame);
            return MsgMemory.DISCARD;
        }
        if (isStillSent(msg)) {
            return null;
        }
        final int length = frame.payloadLength();
        if (length < 0 || length > msg.responseRoom()) {
            protocolError(
                    "a response longer than the %d bytes there is room for: %s"
                            .formatted(msg.responseRoom(), frame));
            return MsgMemory.DISCARD;
        }
        return msg.state == EngineMsg.QUARANTINED ? MsgMemory.DISCARD : msg;
    }

    /**
     * Is this the answer to a request that has not left yet? To give the message back would be to
     * send what its application, or the next owner of its memory, puts there meanwhile: so it must
     * wait.
     */
    private boolean isStillSent(final @Nullable EngineMsg msg) {
        if (msg == null || !msg.sending) {
            return false;
        }
        answeredEarly = msg;
        stallForLink();
        return true;
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        if (frame.type() == FrameType.RESPONSE && established) {
            onResponse(frame);
            return;
        }
        if (endedAbruptly()) {
            return;
        }
        switch (frame.type()) {
            case FrameType.HELLO -> {
                if (established) {
                    protocolError("a second HELLO");
                } else if (handshake.isAccepted(frame, memory)) {
                    establish(frame);
                }
            }
            case FrameType.CHALLENGE -> {
                if (established) {
                    protocolError("a CHALLENGE out of its place");
                } else {
                    handshake.onChallenge(memory);
                }
            }
            case FrameType.FAILURE -> onFailure(frame);
            case FrameType.CREDIT -> {
                if (grant(frame)) {
                    pump();
                }
            }
            case FrameType.KEEPALIVE -> onKeepalive(frame);
            case FrameType.CLOSE -> onCloseRequest();
            case FrameType.GOODBYE -> {
                onGoodbye(frame);
                closeLink();
            }
            default -> protocolError("a client doesn't get " + FrameType.name(frame.type()));
        }
    }

    private void onResponse(final FrameHeader frame) {
        final EngineMsg msg = inFlight.find(frame.transactionId());
        if (msg == null || !grant(frame)) {
            return;
        }
        inFlight.remove(msg);
        queue.counters.responsesReceived++;
        if (msg.state == EngineMsg.QUARANTINED) {
            msg.confirm();
        } else {
            msg.received(frame.payloadLength());
            msg.state = EngineMsg.HELD;
            queue.countEvent();
            try {
                handler.onResponse(this, msg);
            } catch (final Throwable e) {
                queue.failed(this, e);
            }
        }
        if (!outbound.isEmpty()) {
            pump();
        }
    }

    private void onFailure(final FrameHeader frame) {
        final EngineMsg msg = inFlight.find(frame.transactionId());
        if (msg == null) {
            protocolError("a failure of a transaction that isn't open: " + frame);
            return;
        }
        if (!grant(frame)) {
            return;
        }
        inFlight.remove(msg);
        if (msg.state == EngineMsg.QUARANTINED) {
            msg.confirm();
        } else {
            giveBack(msg, EventReason.of(frame.room()));
        }
        pump();
    }

    /** Takes the credits of a frame; false if there are more of them than can be. */
    private boolean grant(final FrameHeader frame) {
        credits += frame.credits();
        // The transaction that a response or failure ends still counts as in flight.
        final int ending = frame.type() == FrameType.CREDIT ? 0 : 1;
        if (credits + inFlight.size() > window + ending) {
            protocolError(
                    "%d credits and %d requests in flight, of a window of %d"
                            .formatted(credits, inFlight.size(), window));
            return false;
        }
        return true;
    }

    private void giveBack(final EngineMsg msg, final EventReason reason) {
        msg.state = EngineMsg.HELD;
        tellError(msg, reason);
    }

    private void tellError(final EngineMsg msg, final EventReason reason) {
        queue.counters.messageErrors++;
        queue.countEvent();
        try {
            handler.onMsgError(this, msg, reason);
        } catch (final Throwable e) {
            queue.failed(this, e);
        }
    }

    /** The deadline of a request that was not sent is over. */
    void expired(final EngineMsg msg) {
        giveBack(msg, EventReason.DEADLINE_EXCEEDED);
    }

    /** That of one that is on the wire: its memory is to wait for the server, or the link's end. */
    void expiredInFlight(final EngineMsg msg) {
        msg.quarantine();
        tellError(msg, EventReason.DEADLINE_EXCEEDED);
    }

    // ---- the end

    private boolean endedAbruptly() {
        return (saidGoodbye && peerSaidGoodbye) || linkLost;
    }

    /** The server asks this side to stop. */
    private void onCloseRequest() {
        startEnd(
                SessionClosed.of(EventReason.CLOSED_BY_PEER, "closed by " + remoteAddress(), null));
        limitClose();
        flushQueued();
        oweGoodbye();
    }

    @Override
    void beginClose() {
        flushQueued();
        if (established) {
            oweGoodbye();
        } else {
            final var link = connection();
            if (link != null) {
                link.abort();
            }
        }
    }

    private void flushQueued() {
        for (int i = outbound.size(); i > 0; i--) {
            final EngineMsg msg = outbound.poll();
            if (msg != null) {
                giveBack(msg, EventReason.FLUSHED);
            }
        }
    }

    @Override
    void flush() {
        answeredEarly = null;
        for (int slot = 0; slot < inFlight.slots(); slot++) {
            final EngineMsg msg = inFlight.at(slot);
            if (msg != null) {
                inFlight.remove(msg);
                msg.sending = false;
                if (msg.state == EngineMsg.QUARANTINED) {
                    msg.confirm();
                } else {
                    giveBack(msg, EventReason.FLUSHED);
                }
            }
        }
        flushQueued();
    }

    @Override
    void linkGone() {
        flush();
        finish();
    }

    @Override
    void notifyClosed(final SessionClosed event) {
        handshake.stopTimer();
        deadlines.stop();
        if (established) {
            queue.counters.sessionsClosed++;
        } else {
            queue.counters.connectFailures++;
        }
        handler.onClosed(this, event);
    }

    @Override
    public int inFlight() {
        return outbound.size() + inFlight.size();
    }
}
