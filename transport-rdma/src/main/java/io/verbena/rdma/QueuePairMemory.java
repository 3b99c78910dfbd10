// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.MemoryRegion;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.AlignedMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A queue pair's own memory: the slots of its receives and sends, registered, and its work
 * requests.
 */
final class QueuePairMemory {
    private final Verbs verbs;
    private final AlignedMemory slotMemory;
    private final AlignedMemory workMemory;
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
        slotMemory = new AlignedMemory(2 * firstSend);
        final int receiveBytes = WorkRing.bytes(count, Layout.RECV_WR_BYTES);
        final int sendBytes = WorkRing.bytes(count, Layout.SEND_WR_BYTES);
        final int readBytes = WorkRing.bytes(reads, Layout.SEND_WR_BYTES);
        final int workBytes = receiveBytes + 2 * sendBytes + readBytes;
        workMemory = new AlignedMemory(workBytes);
        try {
            slots = slotMemory.slice(0, 2 * firstSend, ByteOrder.LITTLE_ENDIAN);
            address = verbs.addressOf(slots);
            final ByteBuffer work = workMemory.slice(0, workBytes, ByteOrder.nativeOrder());
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
            slotMemory.close();
            workMemory.close();
            throw e;
        }
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
        slotMemory.close();
        workMemory.close();
    }
}
