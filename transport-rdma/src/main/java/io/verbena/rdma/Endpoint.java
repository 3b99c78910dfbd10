// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.QueuePair;
import io.verbena.rdma.verbs.QueuePairLimits;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.MsgMemory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection's queue pair with all that belongs to it: its place in a completion queue, its
 * memory, and its two halves. Receives are posted from the start, before the peer could send
 * anything.
 */
final class Endpoint {
    private final Verbs verbs;
    private final RdmaOptions options;
    private final long id;
    private final CompletionQueue queue;
    private final boolean ownsQueue;
    private final int place;
    private final int maxReads;
    private final QueuePairMemory memory;
    private final QueuePair queuePair;
    private final Outgoing outgoing;
    private final Incoming incoming;
    private LocalDevice device;

    /** Between two event queues, its completion queue is none's. */
    private boolean parted;

    private Endpoint(
            final RdmaPoller poller,
            final RdmaConnection connection,
            final LocalDevice device,
            final boolean ownsQueue,
            final int grantedReads)
            throws IOException {
        this.device = device;
        this.ownsQueue = ownsQueue;
        verbs = poller.verbs();
        options = poller.options();
        id = connection.id();
        maxReads = Math.min(grantedReads, device.domain().limits().maxReads());
        final int completions = completions(options);
        queue = ownsQueue ? device.ownQueue(completions) : device.queueFor(completions);
        place = queue.enter(connection, completions);
        QueuePairMemory madeMemory = null;
        QueuePair madePair = null;
        try {
            final long domain = device.domain().handle();
            madeMemory = new QueuePairMemory(verbs, domain, options, maxReads);
            madePair =
                    verbs.createQueuePair(
                            id,
                            domain,
                            queue.handle(),
                            new QueuePairLimits(
                                    options.sendQueue(),
                                    options.receiveQueue(),
                                    options.maxInline()));
            memory = madeMemory;
            queuePair = madePair;
            final int maxInline = Math.min(queuePair.maxInline(), options.maxInline());
            outgoing = new Outgoing(connection, this, memory, options, maxInline, poller.paths());
            incoming =
                    new Incoming(
                            connection,
                            this,
                            memory,
                            options,
                            maxReads,
                            poller.header(),
                            poller.paths());
            incoming.postFirst();
            final int error = verbs.postReceive(queuePair.handle(), incoming.takeChain());
            if (error != 0) {
                throw new IOException("receives can't be posted: error " + error);
            }
        } catch (final IOException | RuntimeException e) {
            if (madePair != null) {
                verbs.destroyQueuePair(id);
            }
            leaveQueue(poller);
            if (madeMemory != null) {
                madeMemory.close();
            }
            throw e;
        }
    }

    /** With a place in a completion queue that it shares. */
    static Endpoint open(
            final RdmaPoller poller, final RdmaConnection connection, final int grantedReads)
            throws IOException {
        return new Endpoint(poller, connection, deviceOf(poller, connection), false, grantedReads);
    }

    /** With a completion queue of its own, which it takes along to another event queue. */
    static Endpoint movable(
            final RdmaPoller poller, final RdmaConnection connection, final int grantedReads)
            throws IOException {
        return new Endpoint(poller, connection, deviceOf(poller, connection), true, grantedReads);
    }

    private static LocalDevice deviceOf(final RdmaPoller poller, final RdmaConnection connection)
            throws IOException {
        return poller.device(poller.verbs().context(connection.id()));
    }

    /** Each work request completes at most once, if only with an error. */
    private static int completions(final RdmaOptions options) {
        return options.sendQueue() + options.receiveQueue();
    }

    Outgoing outgoing() {
        return outgoing;
    }

    Incoming incoming() {
        return incoming;
    }

    QueuePair queuePair() {
        return queuePair;
    }

    /** READs that it may have under way: what the peer grants, and the device can do. */
    int maxReads() {
        return maxReads;
    }

    Domain domain() {
        return device.domain();
    }

    /** The id of a work request of its. */
    long workId(final int kind, final int slot) {
        return WorkId.of(place, queue.generation(place), kind, slot);
    }

    /** The registration of a message's pool; null if the message is of none. */
    @Nullable RegisteredPool poolOf(final MsgMemory message) {
        return device.poolOf(message);
    }

    boolean isMovable() {
        return ownsQueue;
    }

    /** Leaves its event queue, with its completion queue. */
    void part(final RdmaPoller poller) {
        poller.part(queue);
        parted = true;
    }

    /** Its connection is another event queue's from now on. */
    void moveTo(final RdmaPoller target) throws IOException {
        device = target.device(verbs.context(id));
        queue.watch(target.waiter());
        target.add(queue);
        parted = false;
        outgoing.movedTo(target.paths());
        incoming.movedTo(target.header(), target.paths());
    }

    void close(final RdmaPoller poller) {
        verbs.destroyQueuePair(id);
        leaveQueue(poller);
        memory.close();
    }

    private void leaveQueue(final RdmaPoller poller) {
        queue.leave(place, completions(options));
        if (parted) {
            queue.close();
        } else if (ownsQueue || (queue.isBroken() && queue.isEmpty())) {
            poller.closeQueue(queue);
        }
    }
}
