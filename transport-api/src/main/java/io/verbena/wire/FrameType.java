// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.wire;

/**
 * The types of frame, as they stand in a header's first byte.
 *
 * <p>Plain constants and not an enum: the byte comes from a peer, who may send any value, and the
 * hot path switches on it without a lookup.
 */
public final class FrameType {
    /** The first frame of each direction: magic, versions, limits; see {@link Hello}. */
    public static final int HELLO = 1;

    /** Client to server: a request, with the room that the client has for its response. */
    public static final int REQUEST = 2;

    /** Server to client: the response to the request of the same transaction id. */
    public static final int RESPONSE = 3;

    /**
     * Server to client: the transaction failed; the flags' place carries no more, the room field
     * the reason's code.
     */
    public static final int FAILURE = 4;

    /** Server to client: credits, with no transaction to ride on. */
    public static final int CREDIT = 5;

    /**
     * Either way: the sender lives. {@link FrameHeader#FLAG_BUSY}: and reads no requests for now.
     */
    public static final int KEEPALIVE = 6;

    /** Server to client: stop sending requests and say GOODBYE. */
    public static final int CLOSE = 7;

    /** Either way: the last frame of its direction; the room field carries the reason's code. */
    public static final int GOODBYE = 8;

    /** Server to client, before its HELLO: prove that you know the shared secret. */
    public static final int CHALLENGE = 9;

    /** Client to server: the answer to CHALLENGE. */
    public static final int PROOF = 10;

    /**
     * Server to client, before there is a session: another transport is offered, with its address
     * and a token in the payload; or none is, with the reason's code in the room field and a text.
     */
    public static final int OFFER = 11;

    /**
     * Client to server: the session stays where it is; the room field carries the reason's code,
     * the payload a text.
     */
    public static final int DECLINE = 12;

    /**
     * From a server: the token was presented on a link of the other transport. From a client: that
     * link carries the session from now on.
     */
    public static final int UPGRADE = 13;

    private FrameType() {}

    /**
     * Names a type for messages to people.
     *
     * @param type a header's first byte.
     * @return its name, or the number for a type that this version doesn't know.
     */
    public static String name(final int type) {
        return switch (type) {
            case HELLO -> "HELLO";
            case REQUEST -> "REQUEST";
            case RESPONSE -> "RESPONSE";
            case FAILURE -> "FAILURE";
            case CREDIT -> "CREDIT";
            case KEEPALIVE -> "KEEPALIVE";
            case CLOSE -> "CLOSE";
            case GOODBYE -> "GOODBYE";
            case CHALLENGE -> "CHALLENGE";
            case PROOF -> "PROOF";
            case OFFER -> "OFFER";
            case DECLINE -> "DECLINE";
            case UPGRADE -> "UPGRADE";
            default -> "type " + type;
        };
    }
}
