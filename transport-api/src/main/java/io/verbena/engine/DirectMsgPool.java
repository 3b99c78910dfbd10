// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import io.verbena.Msg;
import io.verbena.MsgPool;
import io.verbena.PoolExhaustedException;
import io.verbena.PoolUse;
import io.verbena.spi.AlignedMemory;
import io.verbena.spi.PoolMemory;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

/**
 * A pool, its memory, and the stack of its free messages: the one used last is taken first, while
 * it is in cache.
 */
final class DirectMsgPool implements MsgPool, PoolMemory {
    private static final int MAX_COUNT = 1 << 20;

    static {
        NettyLogging.settle();
    }

    private final boolean trackTakes = Boolean.getBoolean("verbena.pool.trackTakes");
    private final int inBytes;
    private final int outBytes;
    private final int inStride;
    private final int outStride;

    private final AlignedMemory inMemory;
    private final AlignedMemory outMemory;
    private final EngineMsg[] messages;

    /** The stack, as numbers: to store a reference is work for the garbage collector. */
    private final int[] free;

    private int available;

    private @Nullable EventQueue eventQueue;
    private PoolUse use = PoolUse.BOTH;
    private int id;
    private boolean closeWhenWhole;
    private boolean closed;

    DirectMsgPool(final int count, final int inBytes, final int outBytes) {
        if (count < 1 || count > MAX_COUNT) {
            throw new IllegalArgumentException(
                    "count must be from 1 to %d, is %d".formatted(MAX_COUNT, count));
        }
        this.inBytes = inBytes;
        this.outBytes = outBytes;
        inStride = stride("inBytes", inBytes, count);
        outStride = stride("outBytes", outBytes, count);
        inMemory = new AlignedMemory(inStride * count);
        try {
            outMemory = new AlignedMemory(outStride * count);
        } catch (final Throwable e) {
            inMemory.close();
            throw e;
        }
        messages = new EngineMsg[count];
        free = new int[count];
        for (int i = count - 1; i >= 0; i--) {
            final EngineMsg msg =
                    new EngineMsg(
                            this,
                            i,
                            inMemory.whole().slice(i * inStride, inBytes),
                            outMemory.whole().slice(i * outStride, outBytes));
            messages[i] = msg;
            free[available++] = i;
        }
    }

    private static int stride(final String name, final int bytes, final int count) {
        final long stride = BitUtil.align((long) bytes, AlignedMemory.ALIGNMENT);
        if (bytes < 0 || stride * count > AlignedMemory.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "%s must be 0 or more, and %d of them at most 2 GiB together; is %d"
                            .formatted(name, count, bytes));
        }
        return (int) stride;
    }

    static DirectMsgPool of(final MsgPool pool) {
        if (pool instanceof DirectMsgPool own) {
            return own;
        }
        throw new IllegalArgumentException(
                "not made by MsgPool.direct: " + pool.getClass().getName());
    }

    @Override
    public Msg take() {
        final Msg msg = tryTake();
        if (msg == null) {
            throw new PoolExhaustedException(
                    "no free message in %s: %s; release messages, or make the pool larger"
                            .formatted(this, whereabouts()));
        }
        return msg;
    }

    @Override
    public @Nullable Msg tryTake() {
        checkThread();
        if (closed) {
            throw new IllegalStateException("the pool is closed");
        }
        final EngineMsg msg = pop(EngineMsg.HELD);
        if (msg != null) {
            msg.reset();
        }
        return msg;
    }

    /** Takes a free message without emptying its buffers; null if there is none. */
    @Nullable EngineMsg pop(final int state) {
        if (available == 0) {
            return null;
        }
        final EngineMsg msg = messages[free[--available]];
        msg.state = state;
        if (trackTakes) {
            msg.takenAt = new Throwable("taken here, by " + Thread.currentThread().getName());
        }
        return msg;
    }

    void free(final EngineMsg msg) {
        msg.cleared();
        free[available++] = msg.index();
        final EventQueue queue = eventQueue;
        if (queue != null && use.server()) {
            queue.stalls().messageFreed();
        }
        if (closeWhenWhole && available == messages.length) {
            close();
        }
    }

    void bind(final EventQueue queue, final PoolUse poolUse, final int number) {
        if (closed) {
            throw new IllegalStateException("the pool is closed");
        }
        if (eventQueue != null) {
            throw new IllegalStateException(
                    "the pool is bound already, to %s; unbind it there first"
                            .formatted(
                                    eventQueue == queue
                                            ? "this event queue"
                                            : "another event queue"));
        }
        eventQueue = queue;
        use = poolUse;
        id = number;
    }

    void unbound() {
        eventQueue = null;
    }

    @Nullable EventQueue eventQueue() {
        return eventQueue;
    }

    PoolUse use() {
        return use;
    }

    void checkWhole(final String what) {
        if (available < messages.length) {
            throw new IllegalStateException(
                    "%s can't be %s: %s".formatted(this, what, whereabouts()), oldestTake());
        }
    }

    /** Is every message free? */
    boolean isWhole() {
        return available == messages.length;
    }

    /** Closes now, or when the last message comes back. */
    void closeWhenWhole() {
        if (isWhole()) {
            close();
        } else {
            closeWhenWhole = true;
        }
    }

    private String whereabouts() {
        final int[] counts = new int[EngineMsg.ANSWERED + 1];
        for (final EngineMsg msg : messages) {
            counts[msg.state]++;
        }
        final StringBuilder text = new StringBuilder();
        for (int state = 0; state < counts.length; state++) {
            if (counts[state] > 0) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(counts[state])
                        .append(' ')
                        .append(EngineMsg.stateName(state));
            }
        }
        if (!trackTakes) {
            text.append(" (-Dverbena.pool.trackTakes=true tells where they were taken)");
        }
        return text.toString();
    }

    private @Nullable Throwable oldestTake() {
        for (final EngineMsg msg : messages) {
            if (msg.takenAt != null) {
                return msg.takenAt;
            }
        }
        return null;
    }

    EngineMsg message(final int index) {
        return messages[index];
    }

    void checkThread() {
        if (eventQueue != null) {
            eventQueue.checkThread();
        }
    }

    @Override
    public int available() {
        return available;
    }

    @Override
    public int count() {
        return messages.length;
    }

    @Override
    public int inBytes() {
        return inBytes;
    }

    @Override
    public int outBytes() {
        return outBytes;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public ByteBuffer inBlock() {
        return inMemory.whole();
    }

    @Override
    public ByteBuffer outBlock() {
        return outMemory.whole();
    }

    @Override
    public int inStride() {
        return inStride;
    }

    @Override
    public int outStride() {
        return outStride;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        checkThread();
        checkWhole("closed");
        if (eventQueue != null) {
            eventQueue.unbind(this);
        }
        closed = true;
        available = 0;
        inMemory.close();
        outMemory.close();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return "MsgPool[%d x %d+%d bytes]".formatted(messages.length, inBytes, outBytes);
    }
}
