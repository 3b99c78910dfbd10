// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The completion queues of an event queue: most often one. Completions are read raw, {@value
 * #BATCH} at a time, and handed to the connections that their ids name.
 */
final class CompletionReader {
    /** Completions that are read at a time. */
    static final int BATCH = 16;

    static final int BYTES = BATCH * Layout.WC_BYTES;

    private final RdmaPoller poller;
    private final Verbs verbs;
    private final ByteBuffer memory;
    private final long address;
    private CompletionQueue[] queues = new CompletionQueue[0];

    /** Completions of the first queue that were read when something was posted. */
    private int leftOver;

    /** Did the last {@link #readAll} find all queues empty in the end? */
    private boolean allRead;

    /**
     * Of no queue yet.
     *
     * @param poller whose queues they are.
     * @param verbs where they are.
     * @param memory {@link #BYTES} of direct memory, in native byte order.
     */
    CompletionReader(final RdmaPoller poller, final Verbs verbs, final ByteBuffer memory) {
        this.poller = poller;
        this.verbs = verbs;
        this.memory = memory;
        address = verbs.addressOf(memory);
    }

    // ---- reading

    boolean hasLeftOver() {
        return leftOver > 0;
    }

    boolean isAllRead() {
        return allRead;
    }

    /** Reads a batch of each queue. */
    int readAll() {
        int work = 0;
        allRead = true;
        for (int i = 0; i < queues.length; i++) {
            final int found = read(queues[i], i == 0);
            allRead &= found < BATCH;
            work += found;
        }
        return work;
    }

    private int read(final CompletionQueue queue, final boolean first) {
        final int found;
        if (first && leftOver > 0) {
            found = leftOver;
            leftOver = 0;
        } else {
            found = verbs.poll(queue.handle(), BATCH, address);
        }
        if (found < 0) {
            return poller.onBroken(queue) ? 1 : 0;
        }
        handle(queue, found);
        return found;
    }

    /** With one crossing: posts, and reads of the first queue what is handled the next time. */
    int postAndRead(final long posts, final int count) {
        final boolean read = leftOver == 0 && queues.length > 0;
        final int found =
                verbs.postAndPoll(posts, count, read ? queues[0].handle() : 0, BATCH, address);
        if (read && found > 0) {
            leftOver = found;
        }
        return Math.max(0, found);
    }

    /** Handles what was read and put aside, so that the queue will be read anew. */
    void settleLeftOver() {
        final int found = leftOver;
        leftOver = 0;
        if (found > 0) {
            handle(queues[0], found);
        }
    }

    private void handle(final CompletionQueue queue, final int count) {
        for (int i = 0; i < count; i++) {
            handleAt(queue, i * Layout.WC_BYTES);
        }
    }

    private void handleAt(final CompletionQueue queue, final int at) {
        final long id = memory.getLong(at + Layout.WC_ID);
        final RdmaConnection connection = queue.connection(id);
        if (connection == null) {
            return;
        }
        final int kind = WorkId.kind(id);
        final int status = memory.getInt(at + Layout.WC_STATUS);
        if (status != Layout.STATUS_SUCCESS) {
            connection
                    .teardown()
                    .onWorkFailed(kind, status, memory.getInt(at + Layout.WC_VENDOR_ERROR));
        } else if (kind == WorkId.RECEIVE) {
            connection.onReceived(WorkId.slot(id), memory.getInt(at + Layout.WC_BYTE_LENGTH));
        } else if (kind == WorkId.SEND) {
            connection.onSent(WorkId.slot(id));
        } else if (kind == WorkId.READ) {
            connection.onRead(memory.getInt(at + Layout.WC_BYTE_LENGTH));
        }
        poller.runLater(connection);
    }

    // ---- waiting

    /** Asks for notifications of all queues; false if there is something already. */
    boolean arm() {
        for (final CompletionQueue queue : queues) {
            try {
                queue.arm();
            } catch (final IOException e) {
                poller.onBroken(queue);
                return false;
            }
        }
        // What came between the last poll and arming notifies nobody.
        for (final CompletionQueue queue : queues) {
            final int found = verbs.poll(queue.handle(), BATCH, address);
            if (found != 0) {
                handle(queue, found);
                return false;
            }
        }
        return true;
    }

    void takeNotifications() {
        for (final CompletionQueue queue : queues) {
            queue.takeNotifications();
        }
    }

    // ---- queues

    void add(final CompletionQueue queue) {
        queues = Arrays.copyOf(queues, queues.length + 1);
        queues[queues.length - 1] = queue;
    }

    /** It is another event queue's from now on, or nobody's. */
    void remove(final CompletionQueue queue) {
        settleLeftOver();
        queues =
                Arrays.stream(queues)
                        .filter(other -> other != queue)
                        .toArray(CompletionQueue[]::new);
    }

    void close() {
        leftOver = 0;
        for (final CompletionQueue queue : queues) {
            queue.unwatch();
            queue.close();
        }
        queues = new CompletionQueue[0];
    }
}
