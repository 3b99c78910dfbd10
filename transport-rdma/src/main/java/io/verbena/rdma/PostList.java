// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.Verbs;
import java.nio.ByteBuffer;

/** What several connections have to post, to be posted with one crossing into the natives. */
final class PostList {
    /** Connections at a time. */
    static final int CONNECTIONS = 16;

    static final int BYTES = CONNECTIONS * Layout.POST_BYTES;

    private final Verbs verbs;
    private final boolean oneCrossing;
    private final ByteBuffer memory;
    private final long address;
    private final RdmaConnection[] posting = new RdmaConnection[CONNECTIONS];
    private int count;

    /**
     * An empty list.
     *
     * @param verbs where to post.
     * @param memory {@link #BYTES} of direct memory, in native byte order.
     */
    PostList(final Verbs verbs, final ByteBuffer memory) {
        this.verbs = verbs;
        this.memory = memory;
        address = verbs.addressOf(memory);
        oneCrossing = verbs.extensions().contains(Extension.PROGRESS);
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean isFull() {
        return count == CONNECTIONS;
    }

    /** Takes what a connection has gathered, if it has anything. */
    void take(final RdmaConnection connection) {
        connection.prepare();
        connection.dirty = false;
        final Endpoint endpoint = connection.endpoint();
        if (endpoint == null) {
            return;
        }
        final long receives = endpoint.incoming().takeChain();
        final long sends = endpoint.outgoing().takeChain();
        if (receives == 0 && sends == 0) {
            return;
        }
        final int at = count * Layout.POST_BYTES;
        memory.putLong(at + Layout.POST_QUEUE_PAIR, endpoint.queuePair().handle());
        memory.putLong(at + Layout.POST_RECEIVE, receives);
        memory.putLong(at + Layout.POST_SEND, sends);
        memory.putLong(at + Layout.POST_ERROR, 0);
        posting[count++] = connection;
    }

    /**
     * Posts it all, and reads completions with it where that costs no more.
     *
     * @return completions that were read.
     */
    int post(final CompletionReader reader) {
        final int posted = count;
        count = 0;
        int found = 0;
        if (oneCrossing) {
            found = reader.postAndRead(address, posted);
        } else {
            for (int i = 0; i < posted; i++) {
                postOne(i * Layout.POST_BYTES);
            }
        }
        for (int i = 0; i < posted; i++) {
            final long error = memory.getLong(i * Layout.POST_BYTES + Layout.POST_ERROR);
            if (error != 0) {
                posting[i].teardown().onPostFailed(error);
            }
        }
        return found;
    }

    /** Receives first: what is sent may grant them. */
    private void postOne(final int at) {
        final long queuePair = memory.getLong(at + Layout.POST_QUEUE_PAIR);
        final long receives = memory.getLong(at + Layout.POST_RECEIVE);
        final long sends = memory.getLong(at + Layout.POST_SEND);
        int error = receives == 0 ? 0 : verbs.postReceive(queuePair, receives);
        if (error == 0 && sends != 0) {
            error = verbs.postSend(queuePair, sends);
        }
        memory.putLong(at + Layout.POST_ERROR, error);
    }
}
