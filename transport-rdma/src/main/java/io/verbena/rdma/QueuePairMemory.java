// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.MemoryRegion;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A queue pair's own memory: the slots of its receives and sends, registered, and its work
 * requests.
 */
final class QueuePairMemory {
    private static final int CACHE_LINE = 64;

    private final Verbs verbs;
    private final ByteBuf slotMemory;
    private final ByteBuf workMemory;
    private final MemoryRegion region;

    /** Receives, then sends, little-endian. */
    final ByteBuffer slots;

    final long address;
    final int slotBytes;
    final int lkey;
    final int firstSend;
    final WorkRing receiveWork;
    final WorkRing sendWork;
    final WorkRing writeWork;
    final WorkRing readWork;

    QueuePairMemory(
            final Verbs verbs, final long domain, final RdmaOptions options, final int reads)
            throws IOException {
        this.verbs = verbs;
        final int count = options.receives();
        slotBytes = options.slotBytes();
        firstSend = count * slotBytes;
        slotMemory = Unpooled.directBuffer(2 * firstSend + CACHE_LINE, 2 * firstSend + CACHE_LINE);
        final int receiveBytes = WorkRing.bytes(count, Layout.RECV_WR_BYTES);
        final int sendBytes = WorkRing.bytes(count, Layout.SEND_WR_BYTES);
        final int readBytes = WorkRing.bytes(reads, Layout.SEND_WR_BYTES);
        final int workBytes = receiveBytes + 2 * sendBytes + readBytes;
        workMemory = Unpooled.directBuffer(workBytes + CACHE_LINE, workBytes + CACHE_LINE);
        try {
            slots = aligned(slotMemory, 2 * firstSend, ByteOrder.LITTLE_ENDIAN);
            address = verbs.addressOf(slots);
            final ByteBuffer work = aligned(workMemory, workBytes, ByteOrder.nativeOrder());
            final long workAddress = verbs.addressOf(work);
            int at = 0;
            receiveWork = new WorkRing(work, workAddress, at, count, Layout.RECV_WR_BYTES);
            at += receiveBytes;
            sendWork = new WorkRing(work, workAddress, at, count, Layout.SEND_WR_BYTES);
            at += sendBytes;
            writeWork = new WorkRing(work, workAddress, at, count, Layout.SEND_WR_BYTES);
            at += sendBytes;
            readWork = new WorkRing(work, workAddress, at, reads, Layout.SEND_WR_BYTES);
            region = verbs.register(domain, address, 2L * firstSend, Access.LOCAL_WRITE);
            lkey = region.lkey();
        } catch (final IOException | RuntimeException e) {
            slotMemory.release();
            workMemory.release();
            throw e;
        }
    }

    private static ByteBuffer aligned(
            final ByteBuf memory, final int bytes, final ByteOrder order) {
        memory.setZero(0, memory.capacity());
        final ByteBuffer whole = memory.nioBuffer(0, memory.capacity());
        final int past = whole.alignmentOffset(0, CACHE_LINE);
        return whole.slice(CACHE_LINE - past & CACHE_LINE - 1, bytes).order(order);
    }

    /** Where a receive's slot is in {@link #slots}. */
    int receiveSlot(final int index) {
        return index * slotBytes;
    }

    /** Where a send's slot is in {@link #slots}. */
    int sendSlot(final int index) {
        return firstSend + index * slotBytes;
    }

    void close() {
        try {
            verbs.deregister(region);
        } catch (final IOException e) {
            // The device is gone, and the registration with it.
        }
        slotMemory.release();
        workMemory.release();
    }
}
