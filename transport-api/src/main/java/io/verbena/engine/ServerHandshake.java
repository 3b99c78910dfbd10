// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.EventReason;
import io.verbena.SharedSecret;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import io.verbena.wire.Proof;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client says before a portal decides on it: HELLO, and where the portal has a secret the
 * proof that the client knows it. Takes frames and says what is wrong with them; what becomes of
 * the connection is for {@link PendingSession}.
 */
final class ServerHandshake {
    private final List<SharedSecret> secrets;

    /** Null until HELLO came. */
    private @Nullable String pathAndQuery;

    private URI uri;
    private int keepaliveMs;
    private int maxPayload;

    /** What the client is asked for, and proved in turn. */
    private @Nullable ServerProof proof;

    /**
     * Why there can be no session.
     *
     * @param reason for the portal, and the client.
     * @param detail the same for people.
     * @param tellPeer the client would understand it.
     */
    record Fault(EventReason reason, String detail, boolean tellPeer) {
        static Fault broken(final String detail) {
            return new Fault(EventReason.PROTOCOL_ERROR, detail, true);
        }

        static Fault notProved(final String detail) {
            return new Fault(EventReason.AUTHENTICATION_FAILED, detail, true);
        }
    }

    /**
     * Waits for HELLO.
     *
     * @param portal where the client has connected to.
     * @param secrets of which the client is to know one; empty: none.
     */
    ServerHandshake(final URI portal, final List<SharedSecret> secrets) {
        this.uri = portal;
        this.secrets = secrets;
    }

    // ---- frames

    /** What is wrong with a frame whose payload is not there yet; null if it is to be taken. */
    @Nullable Fault wrongIn(final FrameHeader frame) {
        return pathAndQuery == null ? wrongInFirst(frame) : wrongBehindHello(frame);
    }

    private static @Nullable Fault wrongInFirst(final FrameHeader frame) {
        if (!Hello.isHello(frame)) {
            return new Fault(
                    EventReason.PROTOCOL_ERROR,
                    Greeting.describeStranger(frame),
                    false /* tellPeer: it wouldn't understand */);
        }
        if (!Hello.speaksOurVersion(frame)) {
            return new Fault(
                    EventReason.VERSION_MISMATCH,
                    "it speaks versions %d to %d, this side %d"
                            .formatted(
                                    Hello.lowestVersion(frame),
                                    Hello.highestVersion(frame),
                                    Hello.VERSION),
                    true /* tellPeer */);
        }
        final String wrong = Greeting.wrongInHello(frame, Hello.MAX_PAYLOAD);
        return wrong == null ? null : Fault.broken(wrong);
    }

    private @Nullable Fault wrongBehindHello(final FrameHeader frame) {
        if (frame.type() == FrameType.PROOF && awaitsProof()) {
            return frame.payloadLength() == Proof.CLIENT_LENGTH
                    ? null
                    : Fault.broken(
                            "a PROOF has %d bytes: %s".formatted(Proof.CLIENT_LENGTH, frame));
        }
        return frame.type() == FrameType.GOODBYE && frame.payloadLength() == 0
                ? null
                : Fault.broken(
                        "before it is accepted, a client sends nothing but GOODBYE, and PROOF if it is asked for it, and not "
                                + frame);
    }

    /** Where the payload belongs of a frame with which nothing is wrong. */
    static MsgMemory destination(final FrameHeader frame) {
        return frame.payloadLength() == 0
                ? MsgMemory.DISCARD
                : ControlMemory.receiving(frame.payloadLength());
    }

    /**
     * Takes HELLO or PROOF.
     *
     * @return what is wrong with it; null if nothing is: then either {@link #isDone}, or the client
     *     is to be sent {@link #challenge}.
     */
    @Nullable Fault take(final FrameHeader frame, final byte[] payload) {
        return frame.type() == FrameType.PROOF ? takeProof(payload) : takeHello(frame, payload);
    }

    private @Nullable Fault takeHello(final FrameHeader frame, final byte[] payload) {
        final String path = Greeting.decode(payload);
        final URI whole = path == null ? null : Greeting.resolve(uri, path);
        if (path == null || whole == null) {
            return Fault.broken("a HELLO whose path and query are none");
        }
        pathAndQuery = path;
        uri = whole;
        keepaliveMs = Hello.keepaliveIntervalMs(frame);
        maxPayload = Hello.maxPayload(frame);
        if (secrets.isEmpty()) {
            return null;
        }
        if ((Hello.features(frame) & Hello.FEATURE_AUTHENTICATION) == 0) {
            return Fault.notProved("it doesn't know a shared secret, and this portal asks for one");
        }
        proof = new ServerProof(secrets, Transcript.helloOf(frame, payload));
        return null;
    }

    private @Nullable Fault takeProof(final byte[] payload) {
        return proof != null && proof.check(payload)
                ? null
                : Fault.notProved("its proof is wrong: it doesn't know the shared secret");
    }

    // ---- how far it is

    /** Has the client said HELLO? */
    boolean isGreeted() {
        return pathAndQuery != null;
    }

    /** Has it been asked for a proof that it hasn't given? */
    boolean awaitsProof() {
        return proof != null && !proof.isGiven();
    }

    /** Has it said all that the portal needs to decide? */
    boolean isDone() {
        return isGreeted() && !awaitsProof();
    }

    /** The payload of CHALLENGE. */
    byte[] challenge() {
        if (proof == null) {
            throw new AssertionError("nothing is to be proved");
        }
        return proof.challenge();
    }

    // ---- what the client has said

    /** Empty before HELLO. */
    String pathAndQuery() {
        return pathAndQuery == null ? "" : pathAndQuery;
    }

    /** The portal's URI with the client's path and query. */
    URI uri() {
        return uri;
    }

    /** How often the client wants to hear something; 0: never. */
    int keepaliveMs() {
        return keepaliveMs;
    }

    /** Bytes of the longest payload that the client takes. */
    int maxPayload() {
        return maxPayload;
    }

    /** Proves to the client in turn; null if that isn't asked for. */
    @Nullable ServerProof proof() {
        return proof;
    }
}
