// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/**
 * Why something ended: a session, a message, a portal.
 *
 * <p>The codes are part of the wire protocol (docs/WIRE.md): they are never reused, and a code that
 * this version doesn't know reads as {@link #UNKNOWN}.
 */
public enum EventReason {
    /** The peer gave a code that this version doesn't know. */
    UNKNOWN(0),

    /** This side closed the session. */
    CLOSED_BY_SELF(1),

    /** The other side closed the session in good order. */
    CLOSED_BY_PEER(2),

    /** The server's application rejected the session; the event carries its code and text. */
    REJECTED(3),

    /** Nobody listens there, or a connection was refused. */
    REFUSED(4),

    /** The host's name can't be resolved. */
    UNRESOLVED(5),

    /** There is no way to the host. */
    UNREACHABLE(6),

    /** The connection wasn't up in time. */
    CONNECT_TIMEOUT(7),

    /** The connection was up, but the other side didn't say HELLO, or didn't decide, in time. */
    HELLO_TIMEOUT(8),

    /** Nothing was heard from the peer for as many keepalive intervals as the options allow. */
    KEEPALIVE_TIMEOUT(9),

    /** The peer took none of what it was sent, for as long as the options allow. */
    PEER_STALLED(10),

    /** The close did not complete in time, and was cut short. */
    CLOSE_TIMEOUT(11),

    /** The peer sent what the protocol doesn't allow. */
    PROTOCOL_ERROR(12),

    /** The peer speaks only other versions of the protocol. */
    VERSION_MISMATCH(13),

    /**
     * The link broke: end of stream without a GOODBYE, a reset, or another fault of the transport.
     */
    TRANSPORT_ERROR(14),

    /** A limit of this side was reached: sessions, pending connections, descriptors. */
    LIMIT_REACHED(15),

    /** A call-back of the application threw, and the session's policy is to close. */
    HANDLER_FAILED(16),

    /** The event queue was closed. */
    EVENT_QUEUE_CLOSED(17),

    /** The transport can't be used on this machine. */
    UNAVAILABLE(18),

    /**
     * A portal can't listen there: the address is in use, isn't this machine's, or isn't allowed.
     */
    BIND_FAILED(19),

    /**
     * The peer has not proved that it knows the shared secret, or its certificate isn't accepted.
     */
    AUTHENTICATION_FAILED(20),

    /**
     * TLS failed: the peer doesn't speak it, or no version or cipher suite in common, or the
     * handshake wasn't done in time, or a record was damaged on its way.
     */
    TLS_FAILED(21),

    /** The request's deadline passed. */
    DEADLINE_EXCEEDED(32),

    /** The request is longer than any IN buffer that the server has. */
    REQUEST_TOO_LARGE(33),

    /** The response is longer than the requester's IN buffer. */
    RESPONSE_TOO_LARGE(34),

    /** The session ended before the message's transaction did. */
    FLUSHED(35),

    /** The server's application discarded the request. */
    DISCARDED(36),

    /** The caller gave up: its call was cancelled, or its thread interrupted. */
    CANCELLED(37);

    private static final EventReason[] BY_CODE = byCode();

    private final int code;

    EventReason(final int code) {
        this.code = code;
    }

    /**
     * The reason's number on the wire.
     *
     * @return 0 to 65535.
     */
    public int code() {
        return code;
    }

    /**
     * The reason of a number from the wire.
     *
     * @param code any number.
     * @return the reason, {@link #UNKNOWN} where there is none.
     */
    public static EventReason of(final int code) {
        return 0 <= code && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
    }

    private static EventReason[] byCode() {
        final EventReason[] reasons = new EventReason[64];
        java.util.Arrays.fill(reasons, UNKNOWN);
        for (final EventReason reason : values()) {
            reasons[reason.code] = reason;
        }
        return reasons;
    }
}
