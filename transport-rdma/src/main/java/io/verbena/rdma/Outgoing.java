// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Layout;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a queue pair: frames go into a ring of slots, each with its SEND and, before
 * it in the chain, the WRITE that it announces, if there is one. What a duty cycle gathers is
 * posted as one chain.
 *
 * <p>A frame is sent only if the peer has granted it, so there is always a receive for it. The last
 * grant is kept for a frame that carries nothing but a grant of this side's: with none left on
 * either side, neither could ever send again.
 */
final class Outgoing {
    /**
     * Every so many SENDs one is signalled; its completion tells of all before it. Small against
     * the ring, so that slots come back long before they are needed.
     */
    private static final int SIGNAL_EVERY = 16;

    private final RdmaConnection connection;
    private final Endpoint endpoint;
    private final QueuePairMemory memory;
    private final int count;
    private final int mask;
    private final int maxInline;
    private final int eagerLimit;
    private int peerEager;
    private PathCounters counters;

    /** Frames since the connection was made: put into the ring, and known to have been sent. */
    private int sent;

    private int completed;

    /** Frames that the peer has granted since the connection was made. */
    private int granted;

    /** The last frame that will be told of. */
    private int signalled;

    /** What is to be posted next, the first of its chain; 0: nothing. */
    private long chain;

    /** The chain's last: the index of its SEND; -1 where it is the last READ. */
    private int chainTail;

    private boolean tailIsRead;

    /** A first frame took more than its slot, and must be gone before the next. */
    private boolean greetingIsLong;

    /** Frames that have been sent when it is gone. */
    private int greetingUntil;

    /**
     * A CHALLENGE was the last frame. HELLO is to come next, as the peer's second receive is the
     * last that is long enough for it.
     */
    private boolean asking;

    /** Of a frame whose payload doesn't follow it. */
    private final FrameHeader elsewhere = new FrameHeader();

    /** A frame was not taken, and whoever sent it waits to hear when it would be. */
    private boolean refused;

    /** Responses whose payload is being written, and the frames that announce them. */
    private final ArrayDeque<MsgMemory> held = new ArrayDeque<>();

    private final int[] heldUntil;
    private int heldFirst;

    Outgoing(
            final RdmaConnection connection,
            final Endpoint endpoint,
            final QueuePairMemory memory,
            final RdmaOptions options,
            final int maxInline,
            final PathCounters counters) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.memory = memory;
        this.maxInline = maxInline;
        this.counters = counters;
        count = options.receives();
        mask = count - 1;
        eagerLimit = options.eagerLimit();
        heldUntil = new int[count];
        for (int i = 0; i < count; i++) {
            memory.sendWork.id(i, endpoint.workId(WorkId.SEND, i));
            memory.sendWork.operation(i, Layout.OP_SEND);
            memory.writeWork.id(i, endpoint.workId(WorkId.WRITE, i));
            memory.writeWork.operation(i, Layout.OP_WRITE);
        }
    }

    /** The peer's receives: how many there are at first, and how long. */
    void peer(final int firstGrant, final int slotBytes) {
        // A frame of the peer may have come before the news of the connection.
        granted(firstGrant);
        peerEager = slotBytes - Frames.OVERHEAD;
    }

    /** Its connection is another event queue's from now on. */
    void movedTo(final PathCounters others) {
        counters = others;
    }

    /** Frames that have left, for whoever wants to see progress. */
    int completed() {
        return completed;
    }

    /** Has all that was sent arrived? */
    boolean isDone() {
        return sent == completed && chain == 0;
    }

    /** Will the last frame's completion be told? */
    boolean isLastSignalled() {
        return signalled == sent;
    }

    /** May a frame that carries nothing but a grant be sent now? */
    boolean maySendGrant() {
        return !asking;
    }

    private boolean hasRoom(final int reserve) {
        return sent - completed < count && granted - sent > reserve && !greetingIsLong;
    }

    // ---- frames

    SendResult send(final FrameHeader header, final @Nullable MsgMemory message) {
        if (!hasRoom(1)) {
            refused = true;
            return SendResult.BACK_PRESSURED;
        }
        final int length = header.payloadLength();
        final int index = sent & mask;
        final int slot = memory.sendSlot(index);
        memory.slots.putLong(slot + Frames.LANDING_ADDRESS, 0);
        memory.slots.putInt(slot + Frames.LANDING_RKEY, 0);
        final int type = header.type();
        asking = type == FrameType.CHALLENGE;
        boolean remote = length > eagerLimit || length > peerEager;
        RegisteredPool pool = null;
        if (message != null && (type == FrameType.REQUEST || remote)) {
            pool = endpoint.poolOf(message);
            if (pool == null && remote) {
                // The only such frames whose payload is in no message. The peer's first receives
                // have room for them, and so have this side's first slots.
                if (sent >= Frames.GREETINGS) {
                    throw new IllegalStateException(
                            "the message's pool isn't registered; bind it to the event queue");
                }
                remote = false;
                greetingIsLong = true;
                greetingUntil = sent + 1;
            }
        }
        if (pool != null && message != null && type == FrameType.REQUEST) {
            memory.slots.putLong(slot + Frames.LANDING_ADDRESS, pool.inboundAddress(message));
            memory.slots.putInt(slot + Frames.LANDING_RKEY, pool.inboundRkey(message));
        }
        if (remote && pool != null && message != null) {
            elsewhere.set(header).flags(header.flags() | Frames.FLAG_REMOTE);
            if (type == FrameType.RESPONSE) {
                elsewhere.writeTo(memory.slots, slot);
                return write(index, length, pool, message);
            }
            elsewhere
                    .remoteAddress(pool.outboundAddress(message))
                    .rkey(pool.outboundRkey(message))
                    .writeTo(memory.slots, slot);
            announce(index, Frames.OVERHEAD, false);
            return SendResult.SENT;
        }
        header.writeTo(memory.slots, slot);
        if (length > 0 && message != null) {
            final var source = message.outbound();
            source.limit(source.capacity());
            memory.slots.put(slot + Frames.OVERHEAD, source, 0, length);
        }
        if (type == FrameType.REQUEST || type == FrameType.RESPONSE) {
            counters.eager++;
            announce(index, Frames.OVERHEAD + length, false);
        } else {
            announce(index, Frames.OVERHEAD + length, true);
        }
        return SendResult.SENT;
    }

    /** A response into the client's memory, and behind it the frame that says so. */
    private SendResult write(
            final int index, final int length, final RegisteredPool pool, final MsgMemory message) {
        final WorkRing writes = memory.writeWork;
        writes.memory(index, pool.outboundAddress(message), length, pool.outboundLkey(message));
        writes.remote(index, pool.landingAddress(message), pool.landingKey(message));
        writes.flags(index, 0);
        writes.next(index, memory.sendWork.address(index));
        counters.write++;
        heldUntil[heldFirst + held.size() & mask] = sent + 1;
        held.add(message);
        link(writes.address(index));
        finish(index, Frames.OVERHEAD, true);
        return SendResult.HELD;
    }

    private void announce(final int index, final int bytes, final boolean tell) {
        link(memory.sendWork.address(index));
        finish(index, bytes, tell);
    }

    /** Nothing but a grant; if it can't be sent now it will be asked for again. */
    void sendGrant() {
        if (hasRoom(0)) {
            final int index = sent & mask;
            final int slot = memory.sendSlot(index);
            new FrameHeader().set(Frames.TYPE_GRANT, 0, 0, 0, 0, 0).writeTo(memory.slots, slot);
            memory.slots.putLong(slot + Frames.LANDING_ADDRESS, 0);
            memory.slots.putInt(slot + Frames.LANDING_RKEY, 0);
            counters.grants++;
            announce(index, Frames.OVERHEAD, false);
        }
    }

    /** Makes sure that the last frame's completion will be told; false if that can't be now. */
    boolean signalLast() {
        if (isLastSignalled()) {
            return true;
        }
        if (!hasRoom(0)) {
            return false;
        }
        signalled = sent - SIGNAL_EVERY;
        sendGrant();
        return true;
    }

    /** The frame's SEND, already in the chain. */
    private void finish(final int index, final int bytes, final boolean tell) {
        final int slot = memory.sendSlot(index);
        memory.slots.putInt(slot + Frames.GRANT, endpoint.incoming().grant());
        sent++;
        int flags = 0;
        if (tell || sent - signalled >= SIGNAL_EVERY) {
            flags = Layout.SIGNALED;
            signalled = sent;
        }
        if (bytes <= maxInline) {
            flags |= Layout.INLINE;
            counters.inline++;
        }
        memory.sendWork.memory(index, memory.address + slot, bytes, memory.lkey);
        memory.sendWork.flags(index, flags);
        memory.sendWork.last(index);
        chainTail = index;
        tailIsRead = false;
        connection.markDirty();
    }

    private void link(final long first) {
        if (chain == 0) {
            chain = first;
        } else if (tailIsRead) {
            memory.readWork.next(chainTail, first);
        } else {
            memory.sendWork.next(chainTail, first);
        }
    }

    /** Posts a READ with the frames. */
    void read(final int index) {
        link(memory.readWork.address(index));
        memory.readWork.last(index);
        chainTail = index;
        tailIsRead = true;
        connection.markDirty();
    }

    /** What is to be posted, which is forgotten; 0 if nothing. */
    long takeChain() {
        final long first = chain;
        chain = 0;
        return first;
    }

    // ---- news

    /** The SEND of a slot, and so all before it, has arrived. */
    void onSent(final int slot) {
        final int newly = (slot - completed & mask) + 1;
        completed += newly;
        greetingIsLong = greetingIsLong && completed < greetingUntil;
        while (!held.isEmpty() && heldUntil[heldFirst] - completed <= 0) {
            heldFirst = heldFirst + 1 & mask;
            connection.handler().onSent(held.remove());
        }
    }

    /** The peer says how many frames it has granted in all. */
    void granted(final int total) {
        if (total - granted > 0) {
            granted = total;
        }
    }

    /** Does the peer claim to have granted more than a connection could ever? */
    boolean isPlausible(final int total) {
        final int ahead = total - sent;
        return ahead >= -0xffff && ahead <= 0xffff;
    }

    /** Was a frame refused that would be taken now? Asked once. */
    boolean takeWritable() {
        if (refused && hasRoom(1)) {
            refused = false;
            return true;
        }
        return false;
    }
}
