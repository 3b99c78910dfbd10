// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Layout;
import java.util.ArrayList;
import java.util.List;

/** Executes work requests: what two network cards do with each other. */
final class FakeEngine {
    private final FakeFabric fabric;
    private final List<FakeQueuePair> due = new ArrayList<>();
    private volatile boolean busy;

    FakeEngine(final FakeFabric fabric) {
        this.fabric = fabric;
    }

    /** Is there something to execute? Needs no lock. */
    boolean busy() {
        return busy;
    }

    /** There is something to do for a queue pair. */
    void schedule(final FakeQueuePair queuePair) {
        if (!queuePair.due) {
            queuePair.due = true;
            due.add(queuePair);
            busy = true;
        }
        if (fabric.delivery == Delivery.IMMEDIATE) {
            while (step(null)) {
                // until nothing can be done
            }
        } else {
            fabric.signalWaiters();
        }
    }

    /** The other end may have waited for a queue pair. */
    void scheduleOther(final FakeQueuePair queuePair) {
        final FakeQueuePair other = queuePair.id.link.other(queuePair.id).queuePair;
        if (other != null && other.started < other.posted) {
            schedule(other);
        }
    }

    void forget(final FakeQueuePair queuePair) {
        due.remove(queuePair);
    }

    /** Executes a step of each queue pair with an end in a completion queue, or of all. */
    boolean step(final FakeCompletionQueue queue) {
        boolean more = false;
        int kept = 0;
        final int size = due.size();
        for (int i = 0; i < size; i++) {
            final FakeQueuePair queuePair = due.get(i);
            if (!concerns(queuePair, queue)) {
                due.set(kept++, queuePair);
            } else if (execute(queuePair)) {
                due.set(kept++, queuePair);
                more = true;
            } else {
                queuePair.due = false;
            }
        }
        for (int i = size - 1; i >= kept; i--) {
            due.remove(i);
        }
        busy = !due.isEmpty();
        return more;
    }

    private static boolean concerns(
            final FakeQueuePair queuePair, final FakeCompletionQueue queue) {
        if (queue == null || queuePair.queue == queue || queuePair.id.link == null) {
            return true;
        }
        final FakeQueuePair other = queuePair.id.link.other(queuePair.id).queuePair;
        return other != null && other.queue == queue;
    }

    /** A step of one queue pair's sends; says whether there can be another. */
    private boolean execute(final FakeQueuePair from) {
        final FakeLink link = from.id.link;
        if (from.state != FakeQueuePair.State.READY || link == null || !link.carries(from.id)) {
            return false;
        }
        final FakeQueuePair to = link.other(from.id).queuePair;
        if (to == null || to.state != FakeQueuePair.State.READY) {
            return false;
        }
        final boolean immediate = fabric.delivery == Delivery.IMMEDIATE;
        finishReads(from, to);
        boolean refused = false;
        while (from.state == FakeQueuePair.State.READY && from.started < from.posted) {
            final FakeWork work = from.send(from.started);
            if (work.has(Layout.FENCE) && from.reads > 0) {
                break;
            }
            if (!immediate && fabric.dice.later()) {
                break;
            }
            if (work.opcode == Layout.OP_READ && from.maxReads > 0) {
                if (from.reads == from.maxReads) {
                    break;
                }
                from.reads++;
                from.started++;
            } else if (work.opcode == Layout.OP_SEND && !to.hasReceive()) {
                refuse(work);
                refused = true;
                break;
            } else {
                from.started++;
                finish(from, to, work, perform(from, to, work));
            }
        }
        if (immediate) {
            finishReads(from, to);
        }
        from.completeDone();
        return from.state == FakeQueuePair.State.READY
                && (from.reads > 0 || (!refused && from.started < from.posted));
    }

    private void refuse(final FakeWork work) {
        if (!work.refused) {
            work.refused = true;
            fabric.refused.incrementAndGet();
        }
    }

    private void finishReads(final FakeQueuePair from, final FakeQueuePair to) {
        for (long i = from.firstUnfinished(); from.reads > 0 && i < from.started; i++) {
            final FakeWork work = from.send(i);
            if (work.opcode == Layout.OP_READ && !work.done) {
                from.reads--;
                finish(from, to, work, perform(from, to, work));
            }
        }
    }

    private void finish(
            final FakeQueuePair from, final FakeQueuePair to, final FakeWork work, final int with) {
        if (with == Layout.STATUS_SUCCESS) {
            work.done = true;
            return;
        }
        if (work.opcode != Layout.OP_READ) {
            finishReads(from, to);
        }
        from.completeDone();
        if (from.state == FakeQueuePair.State.READY) {
            from.completeSend(work, with);
            from.fail();
        }
        switch (with) {
            case Status.REMOTE_ACCESS -> failed(to, AsyncEvent.QP_ACCESS_ERR, "local access");
            case Status.REMOTE_INVALID_REQUEST ->
                    failed(to, AsyncEvent.QP_REQ_ERR, "invalid request");
            case Status.REMOTE_OPERATION -> to.fail();
            default -> {
                // The other end doesn't know.
            }
        }
    }

    private static void failed(final FakeQueuePair at, final int event, final String what) {
        if (at.state == FakeQueuePair.State.READY) {
            at.fail();
            at.queue.device.event(event, what + " error", at.handle);
        }
    }

    /** Copies; says with which status. */
    private int perform(final FakeQueuePair from, final FakeQueuePair to, final FakeWork work) {
        final int scripted = fabric.script.status(work.opcode);
        if (scripted != 0) {
            return scripted;
        }
        return switch (work.opcode) {
            case Layout.OP_SEND -> send(from, to, work);
            case Layout.OP_WRITE -> write(from, to, work);
            default -> read(from, to, work);
        };
    }

    private int send(final FakeQueuePair from, final FakeQueuePair to, final FakeWork work) {
        final FakeWork receive = to.receive();
        final int scripted = fabric.script.status(Status.RECEIVE);
        if (scripted != 0) {
            to.completeReceive(scripted, 0);
            return Status.REMOTE_OPERATION;
        }
        if (!local(from, work, Access.LOCAL_READ)) {
            return Status.LOCAL_PROTECTION;
        }
        if (work.length > receive.length) {
            to.completeReceive(Status.LOCAL_LENGTH, 0);
            return Status.REMOTE_INVALID_REQUEST;
        }
        if (!local(to, receive, Access.LOCAL_WRITE)) {
            to.completeReceive(Status.LOCAL_PROTECTION, 0);
            return Status.REMOTE_OPERATION;
        }
        if (work.length > 0) {
            land(work, fabric.keys.byLocal(receive.lkey), receive.address);
        }
        to.completeReceive(Layout.STATUS_SUCCESS, work.length);
        return Layout.STATUS_SUCCESS;
    }

    private int write(final FakeQueuePair from, final FakeQueuePair to, final FakeWork work) {
        if (!local(from, work, Access.LOCAL_READ)) {
            return Status.LOCAL_PROTECTION;
        }
        final FakeRegion region = remote(to, work, Access.REMOTE_WRITE);
        if (work.length > 0) {
            if (region == null) {
                return Status.REMOTE_ACCESS;
            }
            land(work, region, work.remoteAddress);
        }
        return Layout.STATUS_SUCCESS;
    }

    private int read(final FakeQueuePair from, final FakeQueuePair to, final FakeWork work) {
        if (from.maxReads == 0) {
            return Status.LOCAL_OPERATION;
        }
        final FakeRegion region = remote(to, work, Access.REMOTE_READ);
        if (work.length > 0) {
            if (region == null) {
                return Status.REMOTE_ACCESS;
            }
            if (!local(from, work, Access.LOCAL_WRITE)) {
                return Status.LOCAL_PROTECTION;
            }
            copy(
                    region,
                    work.remoteAddress,
                    fabric.keys.byLocal(work.lkey),
                    work.address,
                    work.length);
        }
        return Layout.STATUS_SUCCESS;
    }

    private boolean local(final FakeQueuePair at, final FakeWork work, final int rights) {
        if (work.length == 0 || (rights == Access.LOCAL_READ && work.has(Layout.INLINE))) {
            return true;
        }
        final FakeRegion region = fabric.keys.byLocal(work.lkey);
        return region != null && region.grants(at.domain, work.address, work.length, rights);
    }

    private FakeRegion remote(final FakeQueuePair at, final FakeWork work, final int rights) {
        final FakeRegion region = fabric.keys.byRemote(work.rkey);
        return region != null && region.grants(at.domain, work.remoteAddress, work.length, rights)
                ? region
                : null;
    }

    /** Copies what a SEND or WRITE carries. */
    private void land(final FakeWork work, final FakeRegion region, final long address) {
        if (work.has(Layout.INLINE)) {
            region.block.buffer.put(region.index(address), work.inline, 0, work.length);
        } else {
            copy(fabric.keys.byLocal(work.lkey), work.address, region, address, work.length);
        }
    }

    private static void copy(
            final FakeRegion from,
            final long source,
            final FakeRegion to,
            final long target,
            final int length) {
        to.block.buffer.put(to.index(target), from.block.buffer, from.index(source), length);
    }
}
