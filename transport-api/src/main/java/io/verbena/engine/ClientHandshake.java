// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.ConnectOptions;
import io.verbena.EventReason;
import io.verbena.SessionClosed;
import io.verbena.SharedSecret;
import io.verbena.spi.Connection;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.PollerContext.Timer;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import org.jspecify.annotations.Nullable;

/**
 * A client's way from the connection to the server's HELLO: says HELLO, proves that it knows the
 * secret if it is asked to, and has each step done in its time. What fails ends the session.
 */
final class ClientHandshake {
    private final ClientHalf session;
    private final ConnectOptions options;
    private final byte[] pathAndQuery;
    private final @Nullable ClientProof proof;
    private @Nullable Timer timer;

    /** HELLO was sent with the connection request. */
    private boolean greeted;

    ClientHandshake(
            final ClientHalf session, final ConnectOptions options, final byte[] pathAndQuery) {
        this.session = session;
        this.options = options;
        this.pathAndQuery = pathAndQuery;
        final SharedSecret secret = options.secret();
        proof = secret == null ? null : new ClientProof(secret);
    }

    // ---- its time

    /** The connection is being made. */
    void start() {
        limit(
                options.connectTimeoutNs(),
                EventReason.CONNECT_TIMEOUT,
                "no connection to %s within %d ms");
    }

    private void limit(final long timeoutNs, final EventReason reason, final String text) {
        stopTimer();
        timer =
                session.queue.schedule(
                        timeoutNs,
                        () -> {
                            session.startEnd(
                                    SessionClosed.of(
                                            reason,
                                            text.formatted(session.uri(), timeoutNs / 1_000_000),
                                            null));
                            session.abandon();
                        });
    }

    /** Nothing is waited for any more, or somebody else limits it. */
    void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    // ---- HELLO

    void onGreeting() {
        greeted = true;
        sendHello();
    }

    void onConnected() {
        limit(
                options.helloTimeoutNs(),
                EventReason.HELLO_TIMEOUT,
                "%s has not answered HELLO within %d ms");
        if (!greeted) {
            sendHello();
        }
    }

    private void sendHello() {
        final FrameHeader header = session.queue.header;
        Hello.set(
                header,
                0,
                0,
                pathAndQuery.length,
                0,
                Greeting.keepaliveMs(session.options),
                session.options.maxPayloadBytes());
        if (proof != null) {
            proof.greet(header, pathAndQuery);
        }
        sendWith(pathAndQuery);
    }

    /** The link has nothing else to send yet. */
    private void sendWith(final byte[] payload) {
        final Connection link = session.connection();
        if (link != null) {
            link.send(
                    session.queue.header,
                    payload.length == 0 ? null : ControlMemory.holding(payload));
        }
    }

    // ---- what the server says

    /** As {@link io.verbena.spi.ConnectionHandler#destination}, of a frame before its HELLO. */
    MsgMemory destination(final FrameHeader frame) {
        if (frame.type() == FrameType.GOODBYE && frame.payloadLength() == 0) {
            return MsgMemory.DISCARD;
        }
        if (frame.type() == FrameType.CHALLENGE) {
            return challengeDestination(frame);
        }
        if (!Hello.isHello(frame)) {
            session.protocolError("the server's first frame isn't a HELLO of ours but " + frame);
            return MsgMemory.DISCARD;
        }
        if (!Hello.speaksOurVersion(frame)) {
            session.endNow(
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
            session.protocolError(wrong);
            return MsgMemory.DISCARD;
        }
        return frame.payloadLength() == 0
                ? MsgMemory.DISCARD
                : ControlMemory.receiving(frame.payloadLength());
    }

    private MsgMemory challengeDestination(final FrameHeader frame) {
        if (proof == null || proof.isGiven()) {
            session.protocolError(
                    proof == null
                            ? "a CHALLENGE, and this side didn't say that it knows a secret"
                            : "a second CHALLENGE");
            return MsgMemory.DISCARD;
        }
        if (frame.payloadLength() != Proof.NONCE_LENGTH) {
            session.protocolError(
                    "a CHALLENGE has %d bytes: %s".formatted(Proof.NONCE_LENGTH, frame));
            return MsgMemory.DISCARD;
        }
        return ControlMemory.receiving(Proof.NONCE_LENGTH);
    }

    /** A CHALLENGE is there. */
    void onChallenge(final MsgMemory memory) {
        if (proof == null) {
            session.protocolError("a CHALLENGE out of its place");
            return;
        }
        final byte[] answer;
        try {
            answer = proof.answer(ControlMemory.payload(memory));
        } catch (final IllegalStateException e) {
            notProved("the shared secret was closed while the session was being set up");
            return;
        }
        session.queue.header.set(FrameType.PROOF, 0, 0, answer.length, 0, 0);
        sendWith(answer);
    }

    /**
     * The server's HELLO is there.
     *
     * @return whether there is a session; if not, it ends.
     */
    boolean isAccepted(final FrameHeader frame, final MsgMemory memory) {
        stopTimer();
        byte[] payload = ControlMemory.payload(memory);
        if (proof != null) {
            final byte[] proved = proof.check(frame, payload);
            if (proved == null) {
                notProved(
                        proof.isGiven()
                                ? "the server's proof is wrong: it doesn't know the shared secret"
                                : "the server asks for no shared secret, and proves none");
                return false;
            }
            payload = proved;
        }
        if ((frame.flags() & FrameHeader.FLAG_REJECTED) != 0) {
            session.startEnd(Greeting.rejection(payload, session.remoteAddress()));
            session.closeLink();
            return false;
        }
        return true;
    }

    private void notProved(final String detail) {
        session.queue.report(
                EventReason.AUTHENTICATION_FAILED, session.remoteAddress() + ": " + detail, null);
        session.endNow(EventReason.AUTHENTICATION_FAILED, detail);
    }
}
