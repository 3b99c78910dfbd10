// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.wire.Hello;
import io.verbena.wire.Proof;

/**
 * What can be set, by system properties, for all of a process.
 *
 * @param eagerLimit {@code io.verbena.rdma.eagerLimit}: the longest payload, in bytes, that travels
 *     in a SEND; longer ones by READ or WRITE. 0 to 8192, by default 512.
 * @param receives {@code io.verbena.rdma.receives}: receives that each connection posts, and frames
 *     that may be on their way to it. A power of two, 32 to 4096, by default 128.
 * @param maxReads {@code io.verbena.rdma.maxReads}: READs that a connection has under way. 1 to
 *     128, by default 16, and never more than the device's limit.
 * @param maxInline {@code io.verbena.rdma.maxInline}: bytes that are asked for to be sent inline;
 *     by default 220, where copying by the CPU still costs less than a read by the device.
 * @param completions {@code io.verbena.rdma.completions}: entries of a completion queue, where the
 *     device has as many; another is made when they don't suffice. By default 16384.
 */
record RdmaOptions(int eagerLimit, int receives, int maxReads, int maxInline, int completions) {
    static final RdmaOptions DEFAULT = new RdmaOptions(512, 128, 16, 220, 16384);

    /** What a peer has at least. */
    static final RdmaOptions LEAST = new RdmaOptions(0, 32, 1, 0, 1024);

    static RdmaOptions ofSystem() {
        return new RdmaOptions(
                integer("eagerLimit", 0, 8192, DEFAULT.eagerLimit),
                integer("receives", 32, 4096, DEFAULT.receives),
                integer("maxReads", 1, 128, DEFAULT.maxReads),
                integer("maxInline", 0, 1024, DEFAULT.maxInline),
                integer("completions", 1024, 1 << 20, DEFAULT.completions));
    }

    RdmaOptions {
        if (Integer.bitCount(receives) != 1) {
            throw new IllegalArgumentException(
                    "io.verbena.rdma.receives must be a power of two, is " + receives);
        }
    }

    private static int integer(final String name, final int low, final int high, final int usual) {
        final String property = "io.verbena.rdma." + name;
        final int value = Integer.getInteger(property, usual);
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    "%s must be %d to %d, is %d".formatted(property, low, high, value));
        }
        return value;
    }

    /**
     * Bytes of a receive: what stands before the payload, and the payload. {@link
     * Frames#GREETING_SLOTS} of them together have room for the longest HELLO.
     */
    int slotBytes() {
        final int longest = Frames.OVERHEAD + Hello.MAX_PAYLOAD + Proof.MAC_LENGTH;
        final int greeting = longest / Frames.GREETING_SLOTS + 1;
        return Math.max(Frames.OVERHEAD + eagerLimit, greeting) + 63 & -64;
    }

    /** Work requests that a connection's send queue holds: SENDs, a WRITE for each, and READs. */
    int sendQueue() {
        return 2 * receives + maxReads;
    }

    /** Work requests that its receive queue holds. */
    int receiveQueue() {
        return receives;
    }
}
