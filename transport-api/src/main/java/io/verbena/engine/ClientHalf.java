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
import io.verbena.spi.PollerContext.Timer;
import io.verbena.spi.TransportProvider;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The end of a session that sends requests. */
final class ClientHalf extends AbstractSession implements ClientSession {
    private final Handler handler;
    private final ConnectOptions connectOptions;
    private final byte[] pathAndQuery;
    private final InFlightTable inFlight = new InFlightTable();

    private final @Nullable ClientProof proof;
    private @Nullable Timer setupTimer;
    private boolean established;

    /** HELLO was sent with the connection request. */
    private boolean greeted;

    private int credits;
    private int window;
    private int peerMaxPayload = Integer.MAX_VALUE;

    /** A request whose answer came before all of it was sent; no more is read until it is. */
    private @Nullable EngineMsg answeredEarly;

    private @Nullable Timer deadlineTimer;
    private long deadlineTimerNs = Long.MAX_VALUE;

    private ClientHalf(
            final EventQueue queue,
            final URI uri,
            final Handler handler,
            final ConnectOptions options,
            final byte[] pathAndQuery) {
        super(queue, uri, options.session());
        this.handler = handler;
        this.connectOptions = options;
        this.pathAndQuery = pathAndQuery;
        final SharedSecret secret = options.secret();
        proof = secret == null ? null : new ClientProof(secret);
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
        session.limitSetup(
                options.connectTimeoutNs(),
                EventReason.CONNECT_TIMEOUT,
                "no connection to %s within %d ms");
        return session;
    }

    // ---- setting up

    private void limitSetup(final long timeoutNs, final EventReason reason, final String text) {
        if (setupTimer != null) {
            setupTimer.cancel();
        }
        setupTimer =
                queue.schedule(
                        timeoutNs,
                        () -> {
                            startEnd(
                                    SessionClosed.of(
                                            reason,
                                            text.formatted(uri(), timeoutNs / 1_000_000),
                                            null));
                            abandon();
                        });
    }

    @Override
    public void onGreeting() {
        if (state == SessionState.CONNECTING) {
            greeted = true;
            sendHello();
        }
    }

    @Override
    public void onSecuring() {
        // The transport limits what follows.
        if (setupTimer != null) {
            setupTimer.cancel();
            setupTimer = null;
        }
    }

    @Override
    public void onConnected() {
        if (state != SessionState.CONNECTING) {
            closeLink();
            return;
        }
        limitSetup(
                connectOptions.helloTimeoutNs(),
                EventReason.HELLO_TIMEOUT,
                "%s has not answered HELLO within %d ms");
        if (!greeted) {
            sendHello();
        }
    }

    private void sendHello() {
        Hello.encode(
                queue.header,
                0,
                0,
                pathAndQuery.length,
                0,
                Greeting.keepaliveMs(options),
                options.maxPayloadBytes());
        if (proof != null) {
            proof.greet(queue.header, pathAndQuery);
        }
        sendWith(pathAndQuery);
    }

    /** What is sent before the session is established; the link has nothing else to send then. */
    private void sendWith(final byte[] payload) {
        final var link = connection();
        if (link != null) {
            link.send(queue.header, payload.length == 0 ? null : ControlMemory.holding(payload));
        }
    }

    private MsgMemory helloDestination(final FrameHeader frame) {
        if (frame.type() == FrameType.GOODBYE && frame.payloadLength() == 0) {
            return MsgMemory.DISCARD;
        }
        if (frame.type() == FrameType.CHALLENGE) {
            return challengeDestination(frame);
        }
        if (!Hello.isHello(frame)) {
            protocolError("the server's first frame isn't a HELLO of ours but " + frame);
            return MsgMemory.DISCARD;
        }
        if (!Hello.speaksOurVersion(frame)) {
            endNow(
                    EventReason.VERSION_MISMATCH,
                    "the server speaks versions %d to %d, this side %d"
                            .formatted(
                                    Hello.lowestVersion(frame),
                                    Hello.highestVersion(frame),
                                    Hello.VERSION));
            return MsgMemory.DISCARD;
        }
        final String wrong =
                Greeting.wrongInHello(
                        frame, Hello.MAX_PAYLOAD + (proof == null ? 0 : Proof.MAC_LENGTH));
        if (wrong != null) {
            protocolError(wrong);
            return MsgMemory.DISCARD;
        }
        return frame.payloadLength() == 0
                ? MsgMemory.DISCARD
                : ControlMemory.receiving(frame.payloadLength());
    }

    private MsgMemory challengeDestination(final FrameHeader frame) {
        if (proof == null || proof.isGiven()) {
            protocolError(
                    proof == null
                            ? "a CHALLENGE, and this side didn't say that it knows a secret"
                            : "a second CHALLENGE");
            return MsgMemory.DISCARD;
        }
        if (frame.payloadLength() != Proof.NONCE_LENGTH) {
            protocolError("a CHALLENGE has %d bytes: %s".formatted(Proof.NONCE_LENGTH, frame));
            return MsgMemory.DISCARD;
        }
        return ControlMemory.receiving(Proof.NONCE_LENGTH);
    }

    private void onChallenge(final ClientProof own, final MsgMemory memory) {
        final byte[] answer;
        try {
            answer = own.answer(ControlMemory.payload(memory));
        } catch (final IllegalStateException e) {
            notProved("the shared secret was closed while the session was being set up");
            return;
        }
        queue.header.encode(FrameType.PROOF, 0, 0, answer.length, 0, 0);
        sendWith(answer);
    }

    private void notProved(final String detail) {
        queue.report(EventReason.AUTHENTICATION_FAILED, remoteAddress() + ": " + detail, null);
        endNow(EventReason.AUTHENTICATION_FAILED, detail);
    }

    private void onHello(final FrameHeader frame, final MsgMemory memory) {
        if (setupTimer != null) {
            setupTimer.cancel();
            setupTimer = null;
        }
        byte[] payload = ControlMemory.payload(memory);
        if (proof != null) {
            final byte[] proved = proof.check(frame, payload);
            if (proved == null) {
                notProved(
                        proof.isGiven()
                                ? "the server's proof is wrong: it doesn't know the shared secret"
                                : "the server asks for no shared secret, and proves none");
                return;
            }
            payload = proved;
        }
        if ((frame.flags() & FrameHeader.FLAG_REJECTED) != 0) {
            startEnd(Greeting.rejection(payload, remoteAddress()));
            closeLink();
            return;
        }
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
        if (own.pool.eventQueue() != queue || !own.pool.use().client()) {
            throw new IllegalStateException(
                    "%s is not bound to the session's event queue for requests; call bind(pool) first"
                            .formatted(own.pool));
        }
        if (own.isMirror() && own.pool.use() != PoolUse.BOTH) {
            // What is sent of it is memory that others receive into, and with some transports the
            // peer needs a right for that, which is given to no more memory than needs it.
            throw new IllegalStateException(
                    "%s is bound for one use, so its mirrors can't be sent; bind it for both"
                            .formatted(own.pool));
        }
        final int length = own.out().position();
        if (length > peerMaxPayload) {
            throw new IllegalArgumentException(
                    "the request has %d bytes, and the server accepts %d at most"
                            .formatted(length, peerMaxPayload));
        }
        final boolean now = established && credits > 0 && !blocked && outbound.isEmpty();
        if (!now && outbound.size() >= options.maxQueued()) {
            throw new QueueOverflowException(
                    "%d requests wait to be sent, which is as many as maxQueued allows"
                            .formatted(outbound.size()));
        }
        own.state = EngineMsg.IN_FLIGHT;
        own.length = length;
        own.deadlineNs = deadlineNs;
        if (deadlineNs != 0 && deadlineNs < deadlineTimerNs) {
            scheduleDeadline(deadlineNs);
        }
        if (!now || !transmit(own)) {
            outbound.add(own);
        }
    }

    /** Puts a request on the wire; false if the link doesn't take it. */
    private boolean transmit(final EngineMsg msg) {
        if (msg.length > peerMaxPayload) {
            return failQueued(msg, EventReason.REQUEST_TOO_LARGE);
        }
        inFlight.add(msg);
        queue.header.encode(
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
            return helloDestination(frame);
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
                } else {
                    onHello(frame, memory);
                }
            }
            case FrameType.CHALLENGE -> {
                if (proof == null || established) {
                    protocolError("a CHALLENGE out of its place");
                } else {
                    onChallenge(proof, memory);
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

    // ---- deadlines

    private void scheduleDeadline(final long deadlineNs) {
        if (deadlineTimer != null) {
            deadlineTimer.cancel();
        }
        deadlineTimerNs = deadlineNs;
        deadlineTimer = queue.schedule(deadlineNs - queue.nanoTime(), this::expire);
    }

    /**
     * Looks for requests whose deadline has passed. One timer a session, set to a time that is
     * never too late: where most requests are answered in time it fires once a time-out, not once a
     * request.
     */
    private void expire() {
        // From here on, what the call-backs send sets the timer anew where it must.
        deadlineTimer = null;
        deadlineTimerNs = Long.MAX_VALUE;
        final long nowNs = queue.nanoTime();
        final MsgQueue expired = new MsgQueue();
        outbound.moveExpired(nowNs, expired);
        for (EngineMsg msg = expired.poll(); msg != null; msg = expired.poll()) {
            giveBack(msg, EventReason.DEADLINE_EXCEEDED);
        }
        long earliest = outbound.earliestDeadlineNs();
        for (int slot = 0; slot < inFlight.slots(); slot++) {
            final EngineMsg msg = inFlight.at(slot);
            if (msg == null || msg.state != EngineMsg.IN_FLIGHT || msg.deadlineNs == 0) {
                continue;
            }
            if (msg.deadlineNs <= nowNs) {
                msg.quarantine();
                tellError(msg, EventReason.DEADLINE_EXCEEDED);
            } else {
                earliest = Math.min(earliest, msg.deadlineNs);
            }
        }
        if (earliest < deadlineTimerNs) {
            scheduleDeadline(earliest);
        }
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
        if (setupTimer != null) {
            setupTimer.cancel();
        }
        if (deadlineTimer != null) {
            deadlineTimer.cancel();
        }
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
