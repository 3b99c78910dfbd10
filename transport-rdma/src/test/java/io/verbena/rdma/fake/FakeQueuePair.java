// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.QueuePairLimits;
import java.nio.ByteBuffer;

/**
 * A queue pair's queues. A place in a queue is free again when a completion of it, or of a later
 * one, was polled.
 */
final class FakeQueuePair extends FakeObject {
    /** Where it is in its life. */
    enum State {
        /** Receives may be posted. */
        INIT,
        /** Connected. */
        READY,
        /** Whatever is posted completes with an error. */
        ERROR
    }

    final FakeId id;
    final FakeDomain domain;
    final FakeCompletionQueue queue;
    final int number;
    final int maxInline;
    State state = State.INIT;

    /** READs that may be under way, and that are. */
    int maxReads;

    int reads;

    /** Is it in the engine's list? */
    boolean due;

    /** Sends, counted from the beginning: posted, started, completed and free again. */
    long posted;

    long started;
    private long completed;
    private long reclaimed;
    private final FakeWork[] sends;

    /** Receives, counted likewise. */
    private long receivesPosted;

    private long receivesUsed;
    private long receivesReclaimed;
    private final FakeWork[] receives;

    FakeQueuePair(
            final FakeId id,
            final FakeDomain domain,
            final FakeCompletionQueue queue,
            final QueuePairLimits limits,
            final int number,
            final int maxInline) {
        super(id.fabric, "queue pair");
        this.id = id;
        this.domain = domain;
        this.queue = queue;
        this.number = number;
        this.maxInline = maxInline;
        sends = places(limits.maxSends());
        receives = places(limits.maxReceives());
        queue.queuePairs.add(this);
        domain.used();
    }

    private static FakeWork[] places(final int count) {
        final FakeWork[] places = new FakeWork[count];
        for (int i = 0; i < count; i++) {
            places[i] = new FakeWork();
        }
        return places;
    }

    void destroy() {
        fabric.engine.forget(this);
        queue.remove(this);
        domain.unused();
        forget();
    }

    FakeWork send(final long sequence) {
        return sends[(int) (sequence % sends.length)];
    }

    boolean frozen() {
        return id.link != null && id.link.frozen(id);
    }

    // ---- posting

    int postSends(final long first) {
        int error = state == State.INIT ? Status.EINVAL : 0;
        for (long next = first; error == 0 && next != 0; ) {
            if (posted - reclaimed == sends.length) {
                error = Status.ENOMEM;
                break;
            }
            final FakeMemory.Block block = fabric.memory.block(next, Layout.SEND_WR_BYTES);
            final ByteBuffer memory = block.buffer;
            final int index = block.index(next);
            final FakeWork work = send(posted);
            work.opcode = memory.getInt(index + Layout.WR_OPCODE);
            work.flags = memory.getInt(index + Layout.WR_FLAGS);
            work.remoteAddress = memory.getLong(index + Layout.WR_REMOTE_ADDRESS);
            work.rkey = memory.getInt(index + Layout.WR_RKEY);
            error = read(memory, index, work);
            if (error == 0) {
                error = checkSend(work);
            }
            if (error == 0) {
                posted++;
                next = memory.getLong(index + Layout.WR_NEXT);
            }
        }
        if (state == State.ERROR) {
            flush();
        } else if (started < posted) {
            fabric.engine.schedule(this);
        }
        return error;
    }

    int postReceives(final long first) {
        int error = 0;
        for (long next = first; error == 0 && next != 0; ) {
            if (receivesPosted - receivesReclaimed == receives.length) {
                error = Status.ENOMEM;
                break;
            }
            final FakeMemory.Block block = fabric.memory.block(next, Layout.RECV_WR_BYTES);
            error =
                    read(
                            block.buffer,
                            block.index(next),
                            receives[(int) (receivesPosted % receives.length)]);
            if (error == 0) {
                receivesPosted++;
                next = block.buffer.getLong(block.index(next) + Layout.WR_NEXT);
            }
        }
        if (state == State.ERROR) {
            flush();
        } else if (id.link != null) {
            fabric.engine.scheduleOther(this);
        }
        return error;
    }

    private int read(final ByteBuffer memory, final int index, final FakeWork work) {
        work.id = memory.getLong(index + Layout.WR_ID);
        work.address = 0;
        work.length = 0;
        work.lkey = 0;
        work.done = false;
        work.refused = false;
        final int entries = memory.getInt(index + Layout.WR_NUM_SGE);
        if (entries < 0 || entries > 1) {
            return Status.EINVAL;
        }
        if (entries == 1) {
            final long list = memory.getLong(index + Layout.WR_SG_LIST);
            final FakeMemory.Block block = fabric.memory.block(list, Layout.SGE_BYTES);
            final int entry = block.index(list);
            work.address = block.buffer.getLong(entry + Layout.SGE_ADDRESS);
            work.length = block.buffer.getInt(entry + Layout.SGE_LENGTH);
            work.lkey = block.buffer.getInt(entry + Layout.SGE_LKEY);
        }
        return work.length < 0 ? Status.EINVAL : 0;
    }

    private int checkSend(final FakeWork work) {
        final boolean read = work.opcode == Layout.OP_READ;
        if (!read && work.opcode != Layout.OP_SEND && work.opcode != Layout.OP_WRITE) {
            return Status.EINVAL;
        }
        if (work.has(Layout.INLINE) && (read || work.length > maxInline)) {
            return Status.EINVAL;
        }
        if (work.has(Layout.INLINE) && work.length > 0) {
            if (work.inline == null) {
                work.inline = new byte[maxInline];
            }
            final FakeMemory.Block block = fabric.memory.block(work.address, work.length);
            block.buffer.get(block.index(work.address), work.inline, 0, work.length);
        }
        return 0;
    }

    // ---- completing

    boolean hasReceive() {
        return receivesUsed < receivesPosted;
    }

    FakeWork receive() {
        return receives[(int) (receivesUsed % receives.length)];
    }

    void completeReceive(final int status, final int length) {
        queue.push(this, true, receivesUsed, receive().id, status, Status.RECEIVE, length);
        receivesUsed++;
    }

    /** Completes what is done, up to the first that isn't. */
    void completeDone() {
        while (completed < started && send(completed).done) {
            final FakeWork work = send(completed);
            if (work.has(Layout.SIGNALED)) {
                completeSend(work, Layout.STATUS_SUCCESS);
            } else {
                completed++;
            }
        }
    }

    void completeSend(final FakeWork work, final int status) {
        queue.push(this, false, completed, work.id, status, work.doneOpcode(), work.length);
        completed++;
    }

    /** The first send that isn't complete; null if all are. */
    FakeWork firstIncomplete() {
        return completed < posted ? send(completed) : null;
    }

    long firstUnfinished() {
        return completed;
    }

    /** Moves to the error state. */
    void fail() {
        if (state != State.ERROR) {
            state = State.ERROR;
            reads = 0;
            flush();
        }
    }

    private void flush() {
        while (completed < posted) {
            completeSend(send(completed), Layout.STATUS_FLUSHED);
        }
        started = posted;
        while (hasReceive()) {
            completeReceive(Layout.STATUS_FLUSHED, 0);
        }
    }

    void reclaim(final boolean receive, final long sequence) {
        if (receive) {
            receivesReclaimed = sequence + 1;
        } else {
            reclaimed = sequence + 1;
        }
    }
}
