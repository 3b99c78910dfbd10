// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Layout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** A completion queue: a ring of exactly as many entries as were asked for. */
final class FakeCompletionQueue extends FakeObject {
    /** What a field holds that means nothing. */
    private static final int GARBAGE = 0x5ca1ab1e;

    /** The queue pair's number, which Verbena doesn't read. */
    private static final int WC_QUEUE_PAIR = 28;

    final FakeDevice device;
    final List<FakeQueuePair> queuePairs = new ArrayList<>();
    int notifications;
    private final FakeCompletionChannel channel;
    private final FakeCompletion[] ring;
    private final List<FakeCompletion> held = new ArrayList<>();
    private int head;
    private int size;
    private boolean armed;
    private boolean broken;
    private volatile boolean idle = true;

    FakeCompletionQueue(
            final FakeFabric fabric,
            final FakeDevice device,
            final FakeCompletionChannel channel,
            final int entries) {
        super(fabric, "completion queue");
        this.device = device;
        this.channel = channel;
        ring = new FakeCompletion[entries];
        channel.queues.add(this);
    }

    /** Is there nothing for sure? Needs no lock. */
    boolean idle() {
        return idle;
    }

    void arm() {
        armed = true;
    }

    int takeNotifications(final FakeCompletionChannel of) {
        if (of != channel) {
            throw fabric.violation(this + " does not belong to " + of);
        }
        final int taken = notifications;
        notifications = 0;
        return taken;
    }

    void push(
            final FakeQueuePair queuePair,
            final boolean receive,
            final long sequence,
            final long id,
            final int status,
            final int opcode,
            final int length) {
        if (broken) {
            queuePair.reclaim(receive, sequence);
            return;
        }
        final int delay = fabric.dice.steps();
        if (delay == 0 && held.isEmpty() && !queuePair.frozen()) {
            show(null, queuePair, receive, sequence, id, status, opcode, length);
        } else {
            final FakeCompletion late = new FakeCompletion();
            late.set(queuePair, receive, sequence, id, status, opcode, length);
            late.steps = delay;
            held.add(late);
            channel.signal();
        }
        idle = false;
    }

    private void show(
            final FakeCompletion late,
            final FakeQueuePair queuePair,
            final boolean receive,
            final long sequence,
            final long id,
            final int status,
            final int opcode,
            final int length) {
        if (size == ring.length) {
            overrun();
            return;
        }
        final int slot = (head + size) % ring.length;
        if (late != null) {
            ring[slot] = late;
        } else {
            if (ring[slot] == null) {
                ring[slot] = new FakeCompletion();
            }
            ring[slot].set(queuePair, receive, sequence, id, status, opcode, length);
        }
        size++;
        if (armed) {
            armed = false;
            notifications++;
            channel.signal();
        }
    }

    /** Lets what was delayed come a step nearer, in order for each queue pair. */
    boolean step() {
        if (held.isEmpty()) {
            return false;
        }
        boolean more = false;
        final Set<FakeQueuePair> waiting = new HashSet<>();
        for (final Iterator<FakeCompletion> all = held.iterator(); all.hasNext() && !broken; ) {
            final FakeCompletion late = all.next();
            if (waiting.contains(late.queuePair)) {
                continue;
            }
            late.steps--;
            if (late.queuePair.frozen() || late.steps > 0) {
                waiting.add(late.queuePair);
                more |= !late.queuePair.frozen();
            } else {
                all.remove();
                show(late, null, false, 0, 0, 0, 0, 0);
            }
        }
        return more;
    }

    private void overrun() {
        fabric.overruns.incrementAndGet();
        breakOff();
    }

    void breakOff() {
        broken = true;
        idle = false;
        device.event(AsyncEvent.CQ_ERR, "CQ error", handle);
        List.copyOf(queuePairs).forEach(FakeQueuePair::fail);
    }

    int poll(final int count, final long completions) {
        if (broken) {
            return -Status.EIO;
        }
        step();
        final int taken = Math.min(count, size);
        if (taken > 0) {
            final FakeMemory.Block block =
                    fabric.memory.block(completions, (long) taken * Layout.WC_BYTES);
            final int index = block.index(completions);
            for (int i = 0; i < taken; i++) {
                final FakeCompletion completion = ring[head];
                write(block.buffer, index + i * Layout.WC_BYTES, completion);
                completion.queuePair.reclaim(completion.receive, completion.sequence);
                completion.queuePair = null;
                head = head + 1 == ring.length ? 0 : head + 1;
                size--;
            }
        }
        idle = size == 0 && held.isEmpty();
        return taken;
    }

    private static void write(
            final ByteBuffer memory, final int index, final FakeCompletion completion) {
        final boolean success = completion.status == Layout.STATUS_SUCCESS;
        memory.putLong(index + Layout.WC_ID, completion.id);
        memory.putInt(index + Layout.WC_STATUS, completion.status);
        memory.putInt(index + Layout.WC_OPCODE, success ? completion.opcode : GARBAGE);
        memory.putInt(index + Layout.WC_VENDOR_ERROR, success ? 0 : 0x80 + completion.status);
        memory.putInt(index + Layout.WC_BYTE_LENGTH, success ? completion.length : GARBAGE);
        memory.putInt(index + WC_QUEUE_PAIR, completion.queuePair.number);
    }

    /** Loses the completions of a queue pair. */
    void remove(final FakeQueuePair queuePair) {
        queuePairs.remove(queuePair);
        held.removeIf(completion -> completion.queuePair == queuePair);
        final List<FakeCompletion> kept = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            final int slot = (head + i) % ring.length;
            if (ring[slot].queuePair != queuePair) {
                kept.add(ring[slot]);
            }
            ring[slot] = null;
        }
        head = 0;
        size = kept.size();
        for (int i = 0; i < ring.length; i++) {
            ring[i] = i < size ? kept.get(i) : null;
        }
    }

    void destroy() {
        if (!queuePairs.isEmpty()) {
            throw fabric.violation(this + " is destroyed before " + queuePairs);
        }
        channel.queues.remove(this);
        forget();
    }
}
