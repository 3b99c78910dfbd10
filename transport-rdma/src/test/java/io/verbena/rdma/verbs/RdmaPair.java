// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** Two ends of a connection in one thread, over a device of this machine. */
final class RdmaPair implements AutoCloseable {
    static final int BYTES = 64 * 1024;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(20);

    final Verbs verbs;
    final long waiter;
    final long listenChannel;
    final long clientChannel;
    final long listener;
    final InetSocketAddress address;
    CmEvent request;
    End client;
    End server;

    RdmaPair(final Verbs verbs, final InetSocketAddress host) throws IOException {
        this.verbs = verbs;
        waiter = verbs.createWaiter();
        listenChannel = verbs.createEventChannel();
        clientChannel = verbs.createEventChannel();
        verbs.watch(waiter, Verbs.Watched.EVENT_CHANNEL, listenChannel);
        verbs.watch(waiter, Verbs.Watched.EVENT_CHANNEL, clientChannel);
        listener = verbs.createId(listenChannel);
        verbs.bind(listener, host);
        verbs.listen(listener, 8);
        address = new InetSocketAddress(host.getAddress(), verbs.localAddress(listener).getPort());
    }

    /** The next event of a channel, which has to be of this type. */
    CmEvent event(final long channel, final CmEvent.Type type) throws IOException {
        final long start = System.nanoTime();
        while (true) {
            final CmEvent event = verbs.cmEvent(channel);
            if (event != null) {
                assertThat(event.type()).as(event.toString()).isEqualTo(type);
                return event;
            }
            assertThat(System.nanoTime() - start).as("waiting for " + type).isLessThan(LIMIT);
            verbs.await(waiter, 100);
        }
    }

    /** An id that has found its way to the listener. */
    long resolved() throws IOException {
        final long id = verbs.createId(clientChannel);
        verbs.resolveAddress(id, address, 2000);
        assertThat(event(clientChannel, CmEvent.Type.ADDR_RESOLVED).id()).isEqualTo(id);
        verbs.resolveRoute(id, 2000);
        event(clientChannel, CmEvent.Type.ROUTE_RESOLVED);
        return id;
    }

    /** The client's end asks; the server's end has the request. */
    void ask(final byte[] privateData) throws IOException {
        client = new End(resolved());
        verbs.connect(client.id, new ConnectionParameters(privateData, 4, 4, 7, 7));
        request = event(listenChannel, CmEvent.Type.CONNECT_REQUEST);
        assertThat(request.listenId()).isEqualTo(listener);
        assertThat(request.id()).isPositive().isNotIn(listener, client.id);
    }

    /** Both ends are connected; what the client was told. */
    CmEvent answer(final byte[] privateData) throws IOException {
        server = new End(request.id());
        server.receive(1);
        verbs.accept(server.id, new ConnectionParameters(privateData, 4, 4, 7, 7));
        final CmEvent established = event(clientChannel, CmEvent.Type.ESTABLISHED);
        event(listenChannel, CmEvent.Type.ESTABLISHED);
        return established;
    }

    @Override
    public void close() throws IOException {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
        verbs.unwatch(waiter, Verbs.Watched.EVENT_CHANNEL, listenChannel);
        verbs.unwatch(waiter, Verbs.Watched.EVENT_CHANNEL, clientChannel);
        verbs.destroyId(listener);
        verbs.destroyEventChannel(listenChannel);
        verbs.destroyEventChannel(clientChannel);
        verbs.destroyWaiter(waiter);
    }

    /** A completion. */
    record Completion(long id, int status, int opcode, int bytes) {}

    /** One end, with all that it needs for itself. */
    final class End implements AutoCloseable {
        final long id;
        final long context;
        final long domain;
        final long channel;
        final long queue;
        final QueuePair queuePair;
        final ByteBuffer bytes = direct(BYTES);
        final MemoryRegion memory;
        private final ByteBuffer requests = direct(8 * 256);
        private final ByteBuffer completions = direct(16 * Layout.WC_BYTES);
        private final ByteBuffer posts = direct(4 * Layout.POST_BYTES);
        private final Deque<Completion> polled = new ArrayDeque<>();
        private int nextSlot;
        private boolean closed;

        End(final long id) throws IOException {
            this.id = id;
            context = verbs.context(id);
            assertThat(context).isPositive().isEqualTo(verbs.context(id));
            domain = verbs.allocateProtectionDomain(context);
            channel = verbs.createCompletionChannel(context);
            queue = verbs.createCompletionQueue(context, channel, 64);
            queuePair = verbs.createQueuePair(id, domain, queue, new QueuePairLimits(32, 32, 64));
            memory =
                    verbs.register(
                            domain,
                            verbs.addressOf(bytes),
                            BYTES,
                            Access.LOCAL_WRITE | Access.REMOTE_READ | Access.REMOTE_WRITE);
            verbs.watch(waiter, Verbs.Watched.COMPLETION_CHANNEL, channel);
        }

        private long slot() {
            nextSlot = (nextSlot + 256) % requests.capacity();
            for (int i = 0; i < 256; i += 8) {
                requests.putLong(nextSlot + i, 0);
            }
            return verbs.addressOf(requests) + nextSlot;
        }

        private void entry(
                final long slot, final int size, final int wrId, final int at, final int length) {
            requests.putLong(nextSlot + Layout.WR_ID, wrId);
            requests.putLong(nextSlot + Layout.WR_SG_LIST, slot + size);
            requests.putInt(nextSlot + Layout.WR_NUM_SGE, 1);
            requests.putLong(nextSlot + size + Layout.SGE_ADDRESS, memory.address() + at);
            requests.putInt(nextSlot + size + Layout.SGE_LENGTH, length);
            requests.putInt(nextSlot + size + Layout.SGE_LKEY, memory.lkey());
        }

        /** The address of a receive into the last 4 KiB. */
        long receiveRequest(final int wrId) {
            final long slot = slot();
            entry(slot, Layout.RECV_WR_BYTES, wrId, BYTES - 4096, 4096);
            return slot;
        }

        /** The address of a request; to and key are the peer's, for READ and WRITE. */
        long request(
                final int opcode,
                final int flags,
                final int wrId,
                final int at,
                final int length,
                final long to,
                final int key) {
            final long slot = slot();
            entry(slot, Layout.SEND_WR_BYTES, wrId, at, length);
            requests.putInt(nextSlot + Layout.WR_OPCODE, opcode);
            requests.putInt(nextSlot + Layout.WR_FLAGS, flags);
            requests.putLong(nextSlot + Layout.WR_REMOTE_ADDRESS, to);
            requests.putInt(nextSlot + Layout.WR_RKEY, key);
            return slot;
        }

        void receive(final int wrId) {
            assertThat(verbs.postReceive(queuePair.handle(), receiveRequest(wrId))).isZero();
        }

        void send(final int flags, final int wrId, final int length) {
            assertThat(
                            verbs.postSend(
                                    queuePair.handle(),
                                    request(Layout.OP_SEND, flags, wrId, 0, length, 0, 0)))
                    .isZero();
        }

        /** Posts and polls in one crossing; the error's number. */
        long postAndPoll(final long receive, final long send) {
            posts.putLong(Layout.POST_QUEUE_PAIR, queuePair.handle());
            posts.putLong(Layout.POST_RECEIVE, receive);
            posts.putLong(Layout.POST_SEND, send);
            posts.putLong(Layout.POST_ERROR, -1);
            take(
                    verbs.postAndPoll(
                            verbs.addressOf(posts), 1, queue, 16, verbs.addressOf(completions)));
            return posts.getLong(Layout.POST_ERROR);
        }

        private void take(final int count) {
            assertThat(count).isNotNegative();
            for (int i = 0; i < count; i++) {
                final int at = i * Layout.WC_BYTES;
                polled.add(
                        new Completion(
                                completions.getLong(at + Layout.WC_ID),
                                completions.getInt(at + Layout.WC_STATUS),
                                completions.getInt(at + Layout.WC_OPCODE),
                                completions.getInt(at + Layout.WC_BYTE_LENGTH)));
            }
        }

        /** The next completion, by notification if there's none. */
        Completion completion() throws IOException {
            final long start = System.nanoTime();
            while (polled.isEmpty()) {
                take(verbs.poll(queue, 16, verbs.addressOf(completions)));
                if (polled.isEmpty()) {
                    verbs.requestNotification(queue);
                    take(verbs.poll(queue, 16, verbs.addressOf(completions)));
                }
                if (polled.isEmpty()) {
                    assertThat(System.nanoTime() - start).as("a completion").isLessThan(LIMIT);
                    verbs.await(waiter, 1000);
                    verbs.takeNotifications(channel, queue);
                }
            }
            return polled.remove();
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            verbs.unwatch(waiter, Verbs.Watched.COMPLETION_CHANNEL, channel);
            verbs.destroyQueuePair(id);
            verbs.destroyId(id);
            verbs.takeNotifications(channel, queue);
            verbs.destroyCompletionQueue(queue);
            verbs.destroyCompletionChannel(channel);
            verbs.deregister(memory);
            verbs.deallocateProtectionDomain(domain);
        }
    }

    private static ByteBuffer direct(final int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
