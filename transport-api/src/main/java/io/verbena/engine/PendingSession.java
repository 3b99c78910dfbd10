// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventReason;
import io.verbena.PeerIdentity;
import io.verbena.ServerPortal;
import io.verbena.ServerSession;
import io.verbena.SessionOptions;
import io.verbena.SessionRequest;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.PollerContext.Timer;
import io.verbena.spi.TransportProvider;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.net.URI;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A connection to a portal from its first byte to the application's decision. */
final class PendingSession implements ConnectionHandler, SessionRequest {
    private final Portal portal;
    private final EventQueue queue;
    private final TransportProvider provider;
    private final Connection connection;
    private final String host;
    private final ServerHandshake handshake;
    private @Nullable Timer timer;

    /** The limit that it is beyond, and how; null: none. */
    private @Nullable String unwanted;

    /** Decided, refused or gone. */
    private boolean over;

    PendingSession(
            final Portal portal, final TransportProvider provider, final Connection connection) {
        this(
                portal,
                provider,
                connection,
                new ServerHandshake(portal.uri(), portal.options().secrets()));
    }

    /** The same client, forwarded to another portal. */
    PendingSession(final Portal portal, final PendingSession origin) {
        this(portal, origin.provider, origin.connection, origin.handshake);
    }

    private PendingSession(
            final Portal portal,
            final TransportProvider provider,
            final Connection connection,
            final ServerHandshake handshake) {
        this.portal = portal;
        this.queue = portal.queue();
        this.provider = provider;
        this.connection = connection;
        this.handshake = handshake;
        host = connection.remoteHost();
    }

    TransportProvider provider() {
        return provider;
    }

    Connection connection() {
        return connection;
    }

    /** Whose connections are counted together. */
    String host() {
        return host;
    }

    /**
     * A limit of the portal's is reached by it: it is refused as soon as it can be told so. Not
     * from here, as the transport is still to hear who is told of it.
     */
    void unwanted(final String detail) {
        unwanted = detail;
        queue.schedule(0, () -> refuseUnwanted(true /* tellPeer */));
    }

    /** Whether it was unwanted. */
    private boolean refuseUnwanted(final boolean tellPeer) {
        final String detail = unwanted;
        if (detail != null) {
            refuse(EventReason.LIMIT_REACHED, detail, tellPeer);
        }
        return detail != null;
    }

    void awaitHello() {
        timer =
                queue.schedule(
                        portal.options().helloTimeoutNs(),
                        () -> refuse(EventReason.HELLO_TIMEOUT, whatIsLate(), true /* tellPeer */));
    }

    private String whatIsLate() {
        if (!handshake.isGreeted()) {
            return "it has not said HELLO in time";
        }
        return handshake.awaitsProof()
                ? "it has not proved in time that it knows the shared secret"
                : "the application has not decided in time";
    }

    // ---- what the client says

    @Override
    public void onSecuring() {
        // All that it could be told goes over a link that isn't worth to be secured.
        refuseUnwanted(false /* tellPeer */);
        if (timer != null) {
            timer.cancel();
        }
    }

    @Override
    public void onConnected() {
        if (!over) {
            awaitHello();
        }
    }

    @Override
    public MsgMemory destination(final FrameHeader frame) {
        if (refuseUnwanted(true /* tellPeer */)) {
            return MsgMemory.DISCARD;
        }
        final ServerHandshake.Fault fault = handshake.wrongIn(frame);
        if (fault != null) {
            refuse(fault);
            return MsgMemory.DISCARD;
        }
        return ServerHandshake.destination(frame);
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        if (over) {
            // Refused from destination(): the application is never asked about it, whatever the
            // transport makes of that.
            return;
        }
        if (frame.type() == FrameType.GOODBYE) {
            clientHasGone("the client has changed its mind");
            connection.close();
            return;
        }
        final ServerHandshake.Fault fault = handshake.take(frame, ControlMemory.payload(memory));
        if (fault != null) {
            refuse(fault);
        } else if (handshake.isDone()) {
            decide(null);
        } else {
            challenge();
        }
    }

    private void challenge() {
        queue.header.set(FrameType.CHALLENGE, 0, 0, Proof.NONCE_LENGTH, 0, 0);
        // The link takes it: there is nothing else on it.
        connection.send(queue.header, ControlMemory.holding(handshake.challenge()));
    }

    // ---- decisions

    /** Behind a forward, from which it may be beyond a limit of this portal's. */
    void decideUnlessUnwanted(final ServerSession.@Nullable Handler sessionHandler) {
        if (!refuseUnwanted(true /* tellPeer */)) {
            decide(sessionHandler);
        }
    }

    /** Lets the application decide; with a handler it has decided already. */
    void decide(final ServerSession.@Nullable Handler sessionHandler) {
        if (portal.isFull()) {
            portal.tally.sessionLimits++;
            refuse(
                    EventReason.LIMIT_REACHED,
                    "the portal has %d sessions, and may have no more".formatted(portal.sessions()),
                    true /* tellPeer */);
            return;
        }
        if (timer == null) {
            awaitHello();
        }
        queue.countEvent();
        try {
            if (sessionHandler != null) {
                accept(sessionHandler);
            } else {
                portal.handler().onSessionNew(this);
            }
        } catch (final Throwable e) {
            if (!over) {
                refuse(
                        EventReason.HANDLER_FAILED,
                        "the portal's handler threw " + e,
                        true /* tellPeer */);
            }
            queue.failed(null, e);
        }
    }

    @Override
    public ServerSession accept(final ServerSession.Handler handler) {
        return accept(handler, portal.options().session());
    }

    @Override
    public ServerSession accept(final ServerSession.Handler handler, final SessionOptions options) {
        checkOpen("accepted");
        if (queue.pools().servingCount() == 0 && !queue.canGrow()) {
            throw new IllegalStateException(
                    "there is no memory for requests; bind a MsgPool to the portal's event queue"
                            + " before accepting sessions");
        }
        over();
        final ServerHalf session =
                new ServerHalf(
                        queue,
                        handshake.uri(),
                        options,
                        handler,
                        portal,
                        host,
                        handshake.maxPayload(),
                        provider);
        portal.sessionOpened(host);
        session.establish(connection, handshake.keepaliveMs(), handshake.proof());
        return session;
    }

    @Override
    public void forward(final ServerPortal target) {
        forwardTo(target, null);
    }

    @Override
    public void forward(final ServerPortal target, final ServerSession.Handler handler) {
        forwardTo(target, handler);
    }

    private void forwardTo(
            final ServerPortal target, final ServerSession.@Nullable Handler handler) {
        checkOpen("forwarded");
        final Portal other = Portal.of(target);
        if (other == portal) {
            throw new IllegalStateException("the session is at this portal already; accept it");
        }
        over();
        if (other.queue().isClosed()) {
            connection.abort();
            throw new IllegalStateException("the portal's event queue is closed");
        }
        connection.detach();
        // Not from here: this may be a call-back of the connection, and the transport is still to
        // return from it before another thread has the connection.
        queue.execute(() -> handOver(other, handler));
    }

    private void handOver(final Portal other, final ServerSession.@Nullable Handler handler) {
        try {
            other.queue().execute(() -> other.adopt(this, handler));
        } catch (final RejectedExecutionException e) {
            connection.abort();
            gone(
                    EventReason.EVENT_QUEUE_CLOSED,
                    "the event queue that it was forwarded to is closed");
        }
    }

    @Override
    public void reject(final int code, final String data) {
        checkOpen("rejected");
        final byte[] payload = Greeting.encodeRejection(code, data);
        over();
        portal.tally.rejected++;
        queue.counters.connectionsRefused++;
        Hello.set(
                queue.header,
                FrameHeader.FLAG_REJECTED,
                0,
                payload.length + Greeting.proofLength(handshake.proof()),
                0,
                0,
                portal.options().session().maxPayloadBytes());
        Greeting.sendHello(connection, queue.header, payload, handshake.proof());
        connection.close();
    }

    private void checkOpen(final String what) {
        queue.checkThread();
        if (over) {
            throw new IllegalStateException(
                    "the session can't be %s: it was decided on already, or the client has gone"
                            .formatted(what));
        }
        if (!handshake.isGreeted()) {
            throw new IllegalStateException("the client has not said HELLO yet");
        }
    }

    // ---- the end

    private void over() {
        over = true;
        portal.forget(this);
        if (timer != null) {
            timer.cancel();
        }
    }

    private void refuse(final ServerHandshake.Fault fault) {
        refuse(fault.reason(), fault.detail(), fault.tellPeer());
    }

    /** Drops the connection, on this side's account. */
    void refuse(final EventReason reason, final String detail, final boolean tellPeer) {
        if (over) {
            return;
        }
        count(reason);
        if (reason != EventReason.EVENT_QUEUE_CLOSED) {
            queue.report(reason, connection.remoteAddress() + ": " + detail, null);
        }
        gone(reason, detail);
        if (tellPeer) {
            queue.header.set(FrameType.GOODBYE, 0, 0, 0, 0, reason.code());
            connection.send(queue.header, null);
            connection.close();
        } else {
            connection.abort();
        }
    }

    private void count(final EventReason reason) {
        switch (reason) {
            case PROTOCOL_ERROR, VERSION_MISMATCH -> {
                queue.counters.protocolErrors++;
                portal.tally.protocolErrors++;
            }
            case AUTHENTICATION_FAILED -> portal.tally.authenticationFailures++;
            case HELLO_TIMEOUT -> portal.tally.helloTimeouts++;
            default -> {
                // Of limits, there are several.
            }
        }
    }

    private void gone(final EventReason reason, final String detail) {
        over();
        queue.counters.connectionsRefused++;
        queue.countEvent();
        try {
            portal.handler().onSessionRefused(connection.remoteAddress(), reason, detail);
        } catch (final Throwable e) {
            queue.failed(null, e);
        }
    }

    private void clientHasGone(final String detail) {
        if (!over) {
            gone(EventReason.CLOSED_BY_PEER, detail);
        }
    }

    @Override
    public void onWritable() {
        // What a pending session sends is its last word, and may be lost.
    }

    @Override
    public void onSent(final MsgMemory payload) {
        // A HELLO's payload is nobody's memory.
    }

    @Override
    public void onClosed(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {
        if (isPeersFault(reason) && !over) {
            if (reason == EventReason.PROTOCOL_ERROR) {
                queue.counters.protocolErrors++;
            }
            queue.report(reason, connection.remoteAddress() + ": " + detail, cause);
            gone(reason, detail);
        } else {
            clientHasGone(detail);
        }
    }

    private static boolean isPeersFault(final EventReason reason) {
        return reason == EventReason.PROTOCOL_ERROR
                || reason == EventReason.AUTHENTICATION_FAILED
                || reason == EventReason.TLS_FAILED;
    }

    // ---- what everybody may know

    @Override
    public @Nullable PeerIdentity peer() {
        return connection.peer();
    }

    @Override
    public URI uri() {
        return handshake.uri();
    }

    @Override
    public String pathAndQuery() {
        return handshake.pathAndQuery();
    }

    @Override
    public String remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public String transport() {
        return connection.transport();
    }

    @Override
    public String transportDetail() {
        return connection.transportDetail();
    }

    @Override
    public boolean isMovable() {
        return connection.isMovable();
    }

    @Override
    public boolean isOpen() {
        return !over;
    }
}
