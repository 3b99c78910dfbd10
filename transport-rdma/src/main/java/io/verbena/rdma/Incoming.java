// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.rdma.verbs.Layout;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a queue pair: a ring of slots, whose receives complete in the order in
 * which they were posted. Frames are begun in that order and told of in that order; READs of frames
 * that follow each other run side by side, and what stands behind a READ waits for it.
 *
 * <p>Three counts run after each other: {@code received >= begun >= done}. A slot is posted again,
 * and so granted again, when its frame is done.
 */
final class Incoming {
    private final RdmaConnection connection;
    private final Endpoint endpoint;
    private final QueuePairMemory memory;
    private FrameHeader header;
    private PathCounters counters;
    private final int count;
    private final int maxReads;
    private final int[] lengths;

    private long received;
    private long begun;
    private long done;

    /** READs since the connection was made: posted, and completed. */
    private int readsPosted;

    private int readsCompleted;
    private int nextRead;

    /** Of frames that are begun: where their payload goes. Used by those that are READ only. */
    private final @Nullable MsgMemory[] targets;

    /** Of frames that are begun: the READ that they wait for, as a count; 0: none. */
    private final int[] awaited;

    /** Receives posted since the connection was made, which is what the peer is granted. */
    private int posted;

    private int advertised;
    private long chain;
    private int chainTail;

    /** The frame at {@link #begun} was answered "not now". */
    private boolean stalled;

    private boolean running;
    private long bytes;

    Incoming(
            final RdmaConnection connection,
            final Endpoint endpoint,
            final QueuePairMemory memory,
            final RdmaOptions options,
            final int maxReads,
            final FrameHeader header,
            final PathCounters counters) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.memory = memory;
        this.header = header;
        this.counters = counters;
        this.maxReads = maxReads;
        count = options.receives();
        lengths = new int[count];
        targets = new @Nullable MsgMemory[count];
        awaited = new int[count];
        for (int i = 0; i < count; i++) {
            memory.receiveWork.id(i, endpoint.workId(WorkId.RECEIVE, i));
            memory.receiveWork.memory(
                    i, memory.address + memory.receiveSlot(i), memory.slotBytes, memory.lkey);
        }
        for (int i = 0; i < maxReads; i++) {
            memory.readWork.id(i, endpoint.workId(WorkId.READ, i));
            memory.readWork.operation(i, Layout.OP_READ);
            memory.readWork.flags(i, Layout.SIGNALED);
        }
    }

    /** Its connection is another event queue's from now on. */
    void movedTo(final FrameHeader othersHeader, final PathCounters others) {
        header = othersHeader;
        counters = others;
    }

    // ---- receives

    /** Posts all receives; the first ones have room for a greeting of any length. */
    void postFirst() {
        for (int i = 0; i < Frames.GREETINGS; i++) {
            final int slot = i * Frames.GREETING_SLOTS;
            memory.receiveWork.length(slot, Frames.GREETING_SLOTS * memory.slotBytes);
            repost(slot);
        }
        for (int i = Frames.GREETINGS * Frames.GREETING_SLOTS; i < count; i++) {
            repost(i);
        }
        advertised = posted;
    }

    private void repost(final int index) {
        if (chain == 0) {
            chain = memory.receiveWork.address(index);
        } else {
            memory.receiveWork.next(chainTail, memory.receiveWork.address(index));
        }
        memory.receiveWork.last(index);
        chainTail = index;
        posted++;
    }

    /** Frees the slot of the frame that is done. */
    private void free(final int index) {
        if (done <= Frames.GREETINGS) {
            // A greeting's: from now on its slots are a receive each.
            memory.receiveWork.length(index, memory.slotBytes);
            for (int i = index; i < index + Frames.GREETING_SLOTS; i++) {
                repost(i);
            }
        } else {
            repost(index);
        }
        if (posted - advertised >= count / 4) {
            connection.markDirty();
        }
    }

    /** What is to be posted, which is forgotten; 0 if nothing. */
    long takeChain() {
        final long first = chain;
        chain = 0;
        return first;
    }

    /** Receives posted so far, to be told to the peer. */
    int grant() {
        advertised = posted;
        return posted;
    }

    /** Has the peer not been told of so many receives that it should be? */
    boolean owesGrant() {
        return posted - advertised >= count / 4;
    }

    /** The slot of a frame, by its number since the connection was made. */
    private int slotOf(final long frame) {
        // In the first lap, each of the first frames has the slots of eight.
        return frame < Frames.GREETINGS
                ? (int) frame * Frames.GREETING_SLOTS
                : (int) (frame + Frames.GREETINGS * (Frames.GREETING_SLOTS - 1)) & count - 1;
    }

    // ---- news

    /** A receive has completed. */
    void onReceived(final int slot, final int length) {
        if (slot != slotOf(received)) {
            throw new AssertionError("receives complete in the order in which they were posted");
        }
        lengths[slot] = length;
        bytes += length;
        received++;
        if (length >= Frames.OVERHEAD) {
            // At once: the frame may have to wait until an answer has left, and that for the grant.
            connection.onGrant(memory.slots.getInt(memory.receiveSlot(slot) + Frames.GRANT));
        }
    }

    /** The oldest READ has completed. */
    void onRead(final int readBytes) {
        readsCompleted++;
        bytes += readBytes;
    }

    long bytes() {
        return bytes;
    }

    void resume() {
        stalled = false;
    }

    boolean isStalled() {
        return stalled;
    }

    /** Now that the link is down: is nothing left that could be told of? A READ isn't to come. */
    boolean isOver() {
        return received == done || done != begun;
    }

    /** Tells of frames, as far as can be. */
    void run() {
        if (running) {
            return;
        }
        running = true;
        try {
            while (connection.isReceiving() && (finishNext() || beginNext())) {}
        } finally {
            running = false;
        }
    }

    private boolean finishNext() {
        if (done == begun) {
            return false;
        }
        final int slot = slotOf(done);
        if (awaited[slot] - readsCompleted > 0) {
            return false;
        }
        final MsgMemory target = targets[slot];
        targets[slot] = null;
        header.readFrom(memory.slots, memory.receiveSlot(slot));
        done++;
        connection.handler().onFrame(header, target == null ? MsgMemory.DISCARD : target);
        free(slot);
        return true;
    }

    private boolean beginNext() {
        if (begun == received || stalled) {
            return false;
        }
        final int slot = slotOf(begun);
        final int at = memory.receiveSlot(slot);
        header.readFrom(memory.slots, at);
        final String wrong = wrongWith(lengths[slot]);
        if (wrong != null) {
            connection.teardown().end(EventReason.PROTOCOL_ERROR, wrong, null);
            return false;
        }
        final boolean remote = (header.flags() & Frames.FLAG_REMOTE) != 0;
        final boolean toRead = remote && header.type() == FrameType.REQUEST;
        if (toRead ? readsPosted - readsCompleted >= maxReads : done != begun) {
            return false;
        }
        if (header.type() == Frames.TYPE_GRANT) {
            begun++;
            done++;
            free(slot);
            return true;
        }
        return toRead ? beginRead(slot, at) : tell(slot, at, remote);
    }

    /** A frame that is here as a whole. */
    private boolean tell(final int slot, final int at, final boolean remote) {
        final ConnectionHandler handler = connection.handler();
        final MsgMemory target = handler.destination(header);
        if (!connection.isReceiving()) {
            return false;
        }
        if (target == null) {
            stalled = true;
            return false;
        }
        final int length = header.payloadLength();
        if (target != MsgMemory.DISCARD && !remote && length > 0) {
            final ByteBuffer into = target.inbound();
            into.limit(into.capacity());
            into.put(0, memory.slots, at + Frames.OVERHEAD, length);
        }
        noteLanding(at, target);
        begun++;
        done++;
        header.readFrom(memory.slots, at);
        connection.handler().onFrame(header, target);
        free(slot);
        return true;
    }

    private boolean beginRead(final int slot, final int at) {
        final MsgMemory target = connection.handler().destination(header);
        if (!connection.isReceiving()) {
            return false;
        }
        if (target == null) {
            stalled = true;
            return false;
        }
        targets[slot] = target;
        awaited[slot] = readsCompleted;
        begun++;
        final RegisteredPool pool = target == MsgMemory.DISCARD ? null : endpoint.poolOf(target);
        if (pool == null) {
            return true;
        }
        noteLanding(at, target);
        final int index = nextRead;
        nextRead = nextRead + 1 == maxReads ? 0 : nextRead + 1;
        readsPosted++;
        awaited[slot] = readsPosted;
        memory.readWork.memory(
                index,
                pool.inboundAddress(target),
                header.payloadLength(),
                pool.inboundLkey(target));
        memory.readWork.remote(index, header.remoteAddress(), header.rkey());
        counters.read++;
        endpoint.outgoing().read(index);
        return true;
    }

    /** Of a request: where its response may be written. */
    private void noteLanding(final int at, final MsgMemory target) {
        if (header.type() == FrameType.REQUEST && target != MsgMemory.DISCARD) {
            final RegisteredPool pool = endpoint.poolOf(target);
            if (pool != null) {
                pool.landing(
                        target,
                        memory.slots.getLong(at + Frames.LANDING_ADDRESS),
                        memory.slots.getInt(at + Frames.LANDING_RKEY));
            }
        }
    }

    /** What is wrong with the frame itself; null if nothing. The rest is the engine's to judge. */
    private @Nullable String wrongWith(final int length) {
        if (length < Frames.OVERHEAD) {
            return "a frame of %d bytes, which is less than a header".formatted(length);
        }
        final boolean remote = (header.flags() & Frames.FLAG_REMOTE) != 0;
        if (remote && header.type() != FrameType.REQUEST && header.type() != FrameType.RESPONSE) {
            return "a payload elsewhere where none belongs: " + header;
        }
        if (remote && header.type() == FrameType.REQUEST && maxReads == 0) {
            return "a payload to be READ, of a peer whose connection request grants no READ: "
                    + header;
        }
        if (!remote && header.payloadLength() != length - Frames.OVERHEAD) {
            return "a frame of %d bytes whose header doesn't say so: %s".formatted(length, header);
        }
        return null;
    }
}
