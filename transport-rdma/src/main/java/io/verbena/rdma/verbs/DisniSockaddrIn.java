// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A struct sockaddr_in, ip(7), at the beginning of a buffer in native byte order. */
final class DisniSockaddrIn {
    /** AF_INET. */
    private static final short FAMILY_INET = 2;

    /** Its size. */
    private static final int BYTES = 16;

    // Offsets; the port and the address are big-endian.
    private static final int FAMILY = 0;
    private static final int PORT = 2;
    private static final int ADDRESS = 4;
    private static final int ADDRESS_BYTES = 4;

    private DisniSockaddrIn() {}

    /**
     * Writes one.
     *
     * @return false if the address is none of IPv4: then nothing is written.
     */
    static boolean write(final ByteBuffer into, final byte[] host, final int port) {
        if (host.length != ADDRESS_BYTES) {
            return false;
        }
        for (int i = 0; i < BYTES; i++) {
            into.put(i, (byte) 0);
        }
        into.putShort(FAMILY, FAMILY_INET);
        into.put(PORT, (byte) (port >> 8));
        into.put(PORT + 1, (byte) port);
        into.put(ADDRESS, host);
        return true;
    }

    /** Makes it none, so that it is seen whether one is written. */
    static void clear(final ByteBuffer buffer) {
        buffer.putShort(FAMILY, (short) 0);
    }

    /** The address; null: there is none of IPv4. */
    static @Nullable InetSocketAddress read(final ByteBuffer from) {
        if (from.getShort(FAMILY) != FAMILY_INET) {
            return null;
        }
        final int port =
                Byte.toUnsignedInt(from.get(PORT)) << 8 | Byte.toUnsignedInt(from.get(PORT + 1));
        final byte[] host = new byte[ADDRESS_BYTES];
        from.get(ADDRESS, host);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(host), port);
        } catch (final UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
