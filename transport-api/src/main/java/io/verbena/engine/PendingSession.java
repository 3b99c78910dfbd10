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
    private @Nullable Timer timer;

    /** What HELLO said; the path is null until it came. */
    private @Nullable String pathAndQuery;

    private int peerKeepaliveMs;
    private int peerMaxPayload;
    private URI uri;

    /** What the client is asked for, and proved in turn, where the portal has a secret. */
    private @Nullable ServerProof proof;

    /** Decided, refused or gone. */
    private boolean over;

    PendingSession(
            final Portal portal, final TransportProvider provider, final Connection connection) {
        this.portal = portal;
        this.queue = portal.queue();
        this.provider = provider;
        this.connection = connection;
        this.uri = portal.uri();
    }

    /** The same client, forwarded to another portal. */
    PendingSession(final Portal portal, final PendingSession origin) {
        this(portal, origin.provider, origin.connection);
        pathAndQuery = origin.pathAndQuery;
        peerKeepaliveMs = origin.peerKeepaliveMs;
        peerMaxPayload = origin.peerMaxPayload;
        uri = origin.uri;
        proof = origin.proof;
    }

    TransportProvider provider() {
        return provider;
    }

    Connection connection() {
        return connection;
    }

    void awaitHello() {
        timer =
                queue.schedule(
                        portal.options().helloTimeoutNs(),
                        () -> refuse(EventReason.HELLO_TIMEOUT, whatIsLate(), true /* tellPeer */));
    }

    private String whatIsLate() {
        if (pathAndQuery == null) {
            return "it has not said HELLO in time";
        }
        return awaitsProof()
                ? "it has not proved in time that it knows the shared secret"
                : "the application has not decided in time";
    }

    // ---- HELLO

    @Override
    public void onSecuring() {
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
        if (pathAndQuery != null) {
            return destinationBehindHello(frame);
        }
        if (!Hello.isHello(frame)) {
            refuse(
                    EventReason.PROTOCOL_ERROR,
                    Greeting.describeStranger(frame),
                    false /* tellPeer: it wouldn't understand */);
            return MsgMemory.DISCARD;
        }
        if (!Hello.speaksOurVersion(frame)) {
            refuse(
                    EventReason.VERSION_MISMATCH,
                    "it speaks versions %d to %d, this side %d"
                            .formatted(
                                    Hello.lowestVersion(frame),
                                    Hello.highestVersion(frame),
                                    Hello.VERSION),
                    true /* tellPeer */);
            return MsgMemory.DISCARD;
        }
        final String wrong = Greeting.wrongInHello(frame, Hello.MAX_PAYLOAD);
        if (wrong != null) {
            broken(wrong);
            return MsgMemory.DISCARD;
        }
        return frame.payloadLength() == 0
                ? MsgMemory.DISCARD
                : ControlMemory.receiving(frame.payloadLength());
    }

    private MsgMemory destinationBehindHello(final FrameHeader frame) {
        if (frame.type() == FrameType.PROOF && awaitsProof()) {
            if (frame.payloadLength() == Proof.CLIENT_LENGTH) {
                return ControlMemory.receiving(Proof.CLIENT_LENGTH);
            }
            broken("a PROOF has %d bytes: %s".formatted(Proof.CLIENT_LENGTH, frame));
        } else if (frame.type() != FrameType.GOODBYE || frame.payloadLength() != 0) {
            broken(
                    "before it is accepted, a client sends nothing but GOODBYE, and PROOF if it is asked for it, and not "
                            + frame);
        }
        return MsgMemory.DISCARD;
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        if (over) {
            // Refused from destination(): the application is never asked about it, whatever the
            // transport makes of that.
            return;
        }
        switch (frame.type()) {
            case FrameType.GOODBYE -> {
                clientHasGone("the client has changed its mind");
                connection.close();
            }
            case FrameType.PROOF -> onProof(ControlMemory.payload(memory));
            default -> onHello(frame, ControlMemory.payload(memory));
        }
    }

    private void onHello(final FrameHeader frame, final byte[] payload) {
        final String path = Greeting.decode(payload);
        final URI whole = path == null ? null : Greeting.resolve(portal.uri(), path);
        if (path == null || whole == null) {
            broken("a HELLO whose path and query are none");
            return;
        }
        pathAndQuery = path;
        uri = whole;
        peerKeepaliveMs = Hello.keepaliveIntervalMs(frame);
        peerMaxPayload = Hello.maxPayload(frame);
        if (portal.options().secrets().isEmpty()) {
            decide(null);
        } else if ((Hello.features(frame) & Hello.FEATURE_AUTHENTICATION) == 0) {
            notProved("it doesn't know a shared secret, and this portal asks for one");
        } else {
            challenge(frame, payload);
        }
    }

    // ---- the proof

    private void challenge(final FrameHeader hello, final byte[] payload) {
        final ServerProof asked =
                new ServerProof(portal.options().secrets(), Transcript.helloOf(hello, payload));
        proof = asked;
        queue.header.encode(FrameType.CHALLENGE, 0, 0, Proof.NONCE_LENGTH, 0, 0);
        // The link takes it: there is nothing else on it.
        connection.send(queue.header, ControlMemory.holding(asked.challenge()));
    }

    private boolean awaitsProof() {
        return proof != null && !proof.isGiven();
    }

    private void onProof(final byte[] payload) {
        if (proof != null && proof.check(payload)) {
            decide(null);
        } else {
            notProved("its proof is wrong: it doesn't know the shared secret");
        }
    }

    private void notProved(final String detail) {
        refuse(EventReason.AUTHENTICATION_FAILED, detail, true /* tellPeer */);
    }

    // ---- decisions

    /** Lets the application decide; with a handler it has decided already. */
    void decide(final ServerSession.@Nullable Handler sessionHandler) {
        if (portal.isFull()) {
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
                new ServerHalf(queue, uri, options, handler, portal, peerMaxPayload, provider);
        portal.sessionOpened();
        session.establish(connection, peerKeepaliveMs, proof);
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
        queue.counters.connectionsRefused++;
        Hello.encode(
                queue.header,
                FrameHeader.FLAG_REJECTED,
                0,
                payload.length + Greeting.proofLength(proof),
                0,
                0,
                portal.options().session().maxPayloadBytes());
        Greeting.sendHello(connection, queue.header, payload, proof);
        connection.close();
    }

    private void checkOpen(final String what) {
        queue.checkThread();
        if (over) {
            throw new IllegalStateException(
                    "the session can't be %s: it was decided on already, or the client has gone"
                            .formatted(what));
        }
        if (pathAndQuery == null) {
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

    private void broken(final String detail) {
        refuse(EventReason.PROTOCOL_ERROR, detail, true /* tellPeer */);
    }

    /** Drops the connection, on this side's account. */
    void refuse(final EventReason reason, final String detail, final boolean tellPeer) {
        if (over) {
            return;
        }
        if (reason == EventReason.PROTOCOL_ERROR || reason == EventReason.VERSION_MISMATCH) {
            queue.counters.protocolErrors++;
        }
        if (reason != EventReason.EVENT_QUEUE_CLOSED) {
            queue.report(reason, connection.remoteAddress() + ": " + detail, null);
        }
        gone(reason, detail);
        if (tellPeer) {
            queue.header.encode(FrameType.GOODBYE, 0, 0, 0, 0, reason.code());
            connection.send(queue.header, null);
            connection.close();
        } else {
            connection.abort();
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
        return uri;
    }

    @Override
    public String pathAndQuery() {
        return pathAndQuery == null ? "" : pathAndQuery;
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
