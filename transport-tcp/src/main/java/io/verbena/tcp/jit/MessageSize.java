// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.EventReason;
import io.verbena.tcp.link.LinkException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The size that a message begins with: all that this package looks at of it. Its byte order is that
 * of the client, and shows in the client's first message: the one in which the size is the smaller
 * number.
 */
final class MessageSize {
    static final int BYTES = 4;

    /** OpenJ9's header: no message is shorter. */
    static final int SHORTEST = 16;

    /** All values are padded to as many bytes, or a multiple. */
    private static final int ALIGNMENT = 4;

    /** The record type of a handshake, and the first byte of each version of TLS. */
    private static final int TLS_HANDSHAKE = 0x16;

    private static final int TLS_MAJOR = 3;

    /** What Verbena's HELLO begins with, as a size. */
    private static final int HELLO = 1;

    private final String peer;
    private @Nullable ByteOrder order;

    MessageSize(final String peer) {
        this.peer = peer;
    }

    /**
     * Reads one, whatever the byte order of the buffer.
     *
     * @return the size, unsigned: a negative one is beyond 2<sup>31</sup>.
     */
    int read(final ByteBuffer bytes, final int index) {
        final int asIs = bytes.getInt(index);
        final int little =
                bytes.order() == ByteOrder.LITTLE_ENDIAN ? asIs : Integer.reverseBytes(asIs);
        final int big = Integer.reverseBytes(little);
        ByteOrder known = order;
        if (known == null) {
            // Where both are the same, as 65 792, the peer is what most are.
            known =
                    Integer.compareUnsigned(little, big) <= 0
                            ? ByteOrder.LITTLE_ENDIAN
                            : ByteOrder.BIG_ENDIAN;
            order = known;
        }
        return known == ByteOrder.LITTLE_ENDIAN ? little : big;
    }

    /** Reads the size of a message of the peer's, which may be none. */
    int readPeers(final ByteBuffer bytes, final int index) throws LinkException {
        // No size of OpenJ9's, which are multiples of 4, and in its other order beyond all limits.
        if (bytes.get(index) == TLS_HANDSHAKE && bytes.get(index + 1) == TLS_MAJOR) {
            throw new LinkException(
                    EventReason.PROTOCOL_ERROR,
                    "%s speaks TLS, and this end doesn't: use jit+tls here".formatted(peer),
                    null);
        }
        final int size = read(bytes, index);
        if (size < SHORTEST) {
            throw new LinkException(
                    EventReason.PROTOCOL_ERROR,
                    size == HELLO
                            ? peer + " speaks Verbena's own protocol: it is to connect by jit://"
                            : "%s begins a message with a size of %s bytes, and none has less than %d"
                                    .formatted(peer, Integer.toUnsignedString(size), SHORTEST),
                    null);
        }
        if (size % ALIGNMENT != 0) {
            throw new LinkException(
                    EventReason.PROTOCOL_ERROR,
                    "%s begins a message with a size of %d bytes, and OpenJ9's are multiples of %d: it speaks something else"
                            .formatted(peer, size, ALIGNMENT),
                    null);
        }
        return size;
    }
}
