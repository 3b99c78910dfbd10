// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import org.jspecify.annotations.Nullable;

/** A FIFO of messages, linked through them, so that queueing allocates nothing. */
final class MsgQueue {
    private @Nullable EngineMsg head;
    private @Nullable EngineMsg tail;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return head == null;
    }

    @Nullable EngineMsg peek() {
        return head;
    }

    void add(final EngineMsg msg) {
        if (tail == null) {
            head = msg;
        } else {
            tail.next = msg;
        }
        tail = msg;
        size++;
    }

    void addFirst(final EngineMsg msg) {
        msg.next = head;
        head = msg;
        if (tail == null) {
            tail = msg;
        }
        size++;
    }

    @Nullable EngineMsg poll() {
        final EngineMsg first = head;
        if (first != null) {
            head = first.next;
            if (head == null) {
                tail = null;
            }
            first.next = null;
            size--;
        }
        return first;
    }

    /** Moves the messages whose deadline has passed to another queue, in order. */
    void moveExpired(final long nowNs, final MsgQueue expired) {
        for (int i = size; i > 0; i--) {
            final EngineMsg msg = poll();
            if (msg == null) {
                return;
            }
            (msg.deadlineNs != 0 && msg.deadlineNs <= nowNs ? expired : this).add(msg);
        }
    }

    /** The earliest deadline, {@link Long#MAX_VALUE} if there is none. */
    long earliestDeadlineNs() {
        long earliest = Long.MAX_VALUE;
        for (EngineMsg msg = head; msg != null; msg = msg.next) {
            if (msg.deadlineNs != 0) {
                earliest = Math.min(earliest, msg.deadlineNs);
            }
        }
        return earliest;
    }
}
