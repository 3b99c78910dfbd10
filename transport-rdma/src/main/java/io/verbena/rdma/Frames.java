// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.wire.FrameHeader;

/**
 * What stands in a receive: the header that every transport has, 16 bytes of this one's, and the
 * payload if it is eager.
 *
 * <pre>
 *   0  header
 *  32  landing address: where a request's response may be written
 *  40  landing rkey
 *  44  grant: frames that the receiver may have sent since the connection was made
 *  48  payload
 * </pre>
 */
final class Frames {
    /** Bytes before the payload. */
    static final int OVERHEAD = FrameHeader.LENGTH + 16;

    static final int LANDING_ADDRESS = FrameHeader.LENGTH;
    static final int LANDING_RKEY = FrameHeader.LENGTH + 8;
    static final int GRANT = FrameHeader.LENGTH + 12;

    /** A flag: the payload isn't here. A request's is to be read, a response's has been written. */
    static final int FLAG_REMOTE = 0x80;

    /** A type: nothing but a grant, from transport to transport. */
    static final int TYPE_GRANT = 0x80;

    /**
     * The first receives of a connection that are long, as a greeting may be: a server's HELLO
     * comes behind a CHALLENGE, if it comes not alone.
     */
    static final int GREETINGS = 2;

    /** Slots that each of them takes. */
    static final int GREETING_SLOTS = 8;

    private Frames() {}
}
