// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Layout;
import java.nio.ByteBuffer;

/**
 * Work requests of one kind, with a scatter/gather entry each: written once, then mutated.
 * Serialised as the verbs read them, so that to post one is to name its address.
 */
final class WorkRing {
    private static final int NEXT_NONE = 0;

    private final ByteBuffer memory;
    private final long address;
    private final int start;
    private final int entries;
    private final int wrBytes;

    /**
     * Lays them out.
     *
     * @param memory direct, in native byte order, zeroed.
     * @param address of its index 0.
     * @param start where in it.
     * @param count work requests.
     * @param wrBytes bytes of each: {@link Layout#SEND_WR_BYTES} or {@link Layout#RECV_WR_BYTES}.
     */
    WorkRing(
            final ByteBuffer memory,
            final long address,
            final int start,
            final int count,
            final int wrBytes) {
        this.memory = memory;
        this.address = address;
        this.start = start;
        this.wrBytes = wrBytes;
        entries = start + count * wrBytes;
        for (int i = 0; i < count; i++) {
            memory.putLong(at(i) + Layout.WR_SG_LIST, address + entry(i));
            memory.putInt(at(i) + Layout.WR_NUM_SGE, 1);
        }
    }

    /** Bytes that so many take. */
    static int bytes(final int count, final int wrBytes) {
        return count * (wrBytes + Layout.SGE_BYTES);
    }

    private int at(final int index) {
        return start + index * wrBytes;
    }

    private int entry(final int index) {
        return entries + index * Layout.SGE_BYTES;
    }

    /** The address to post. */
    long address(final int index) {
        return address + at(index);
    }

    void id(final int index, final long id) {
        memory.putLong(at(index) + Layout.WR_ID, id);
    }

    /** Chains a work request behind this one; it may be of another ring. */
    void next(final int index, final long nextAddress) {
        memory.putLong(at(index) + Layout.WR_NEXT, nextAddress);
    }

    void last(final int index) {
        next(index, NEXT_NONE);
    }

    /** The memory that it is about. */
    void memory(final int index, final long where, final int length, final int lkey) {
        final int entry = entry(index);
        memory.putLong(entry + Layout.SGE_ADDRESS, where);
        memory.putLong(entry + Layout.SGE_LENGTH, (length & 0xffffffffL) | ((long) lkey << 32));
    }

    void length(final int index, final int length) {
        memory.putInt(entry(index) + Layout.SGE_LENGTH, length);
    }

    void operation(final int index, final int opcode) {
        memory.putInt(at(index) + Layout.WR_OPCODE, opcode);
    }

    void flags(final int index, final int flags) {
        memory.putInt(at(index) + Layout.WR_FLAGS, flags);
    }

    /** The peer's memory, of a READ or WRITE. */
    void remote(final int index, final long where, final int rkey) {
        memory.putLong(at(index) + Layout.WR_REMOTE_ADDRESS, where);
        memory.putInt(at(index) + Layout.WR_RKEY, rkey);
    }
}
