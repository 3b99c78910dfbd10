// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.ConnectionParameters;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.MemoryRegion;
import io.verbena.rdma.verbs.QueuePair;
import io.verbena.rdma.verbs.QueuePairLimits;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One end, as a test writes it: all that it takes to post and poll. */
final class FakeEnd {
    static final int MEMORY = 1 << 16;
    static final int ENTRIES = 64;
    static final QueuePairLimits LIMITS = new QueuePairLimits(16, 16, 64);
    private static final int ALL = Access.LOCAL_WRITE | Access.REMOTE_WRITE | Access.REMOTE_READ;

    final Verbs verbs;
    final ByteBuffer memory = ByteBuffer.allocateDirect(MEMORY).order(ByteOrder.nativeOrder());
    final ByteBuffer requests = ByteBuffer.allocateDirect(1 << 14).order(ByteOrder.nativeOrder());
    final ByteBuffer completions =
            ByteBuffer.allocateDirect(ENTRIES * Layout.WC_BYTES).order(ByteOrder.nativeOrder());
    final long address;
    private final long requestsAddress;
    private final long completionsAddress;
    final long events;
    long id;
    long context;
    long channel;
    long queue;
    long domain;
    MemoryRegion region;
    QueuePair queuePair;

    /** A completion. */
    record Done(long id, int status, int opcode, int length) {}

    FakeEnd(final Verbs verbs) throws IOException {
        this.verbs = verbs;
        address = verbs.addressOf(memory);
        requestsAddress = verbs.addressOf(requests);
        completionsAddress = verbs.addressOf(completions);
        events = verbs.createEventChannel();
    }

    // ---- connecting

    static InetSocketAddress loopback(final int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static ConnectionParameters parameters(final String privateData) {
        return new ConnectionParameters(
                privateData.getBytes(StandardCharsets.US_ASCII), 4, 4, 7, 7);
    }

    CmEvent event() throws IOException {
        return verbs.cmEvent(events);
    }

    CmEvent event(final CmEvent.Type type) throws IOException {
        final CmEvent event = event();
        if (event == null || event.type() != type) {
            throw new AssertionError("not " + type + " but " + event);
        }
        return event;
    }

    /** Listens; the listener's id. */
    long listen(final int port) throws IOException {
        final long listener = verbs.createId(events);
        verbs.bind(listener, loopback(port));
        verbs.listen(listener, 8);
        return listener;
    }

    FakeEnd resolved(final InetSocketAddress target) throws IOException {
        id = verbs.createId(events);
        verbs.resolveAddress(id, target, 1000);
        event(CmEvent.Type.ADDR_RESOLVED);
        verbs.resolveRoute(id, 1000);
        event(CmEvent.Type.ROUTE_RESOLVED);
        return equipped();
    }

    /** Makes everything that hangs on the id's device. */
    FakeEnd equipped() throws IOException {
        return equipped(ENTRIES);
    }

    FakeEnd equipped(final int entries) throws IOException {
        context = verbs.context(id);
        channel = verbs.createCompletionChannel(context);
        queue = verbs.createCompletionQueue(context, channel, entries);
        domain = verbs.allocateProtectionDomain(context);
        region = verbs.register(domain, address, MEMORY, ALL);
        queuePair = verbs.createQueuePair(id, domain, queue, LIMITS);
        return this;
    }

    void destroy() throws IOException {
        if (queuePair != null) {
            verbs.destroyQueuePair(id);
        }
        if (id != 0) {
            verbs.destroyId(id);
        }
        if (context != 0) {
            verbs.destroyCompletionQueue(queue);
            verbs.destroyCompletionChannel(channel);
            verbs.deregister(region);
            verbs.deallocateProtectionDomain(domain);
        }
        verbs.destroyEventChannel(events);
    }

    // ---- posting

    /** Writes a work request at a place of the ring; its address. */
    long request(
            final int slot,
            final long withId,
            final int opcode,
            final int flags,
            final int at,
            final int length) {
        final int index = slot * 256;
        for (int i = 0; i < 256; i += 8) {
            requests.putLong(index + i, 0);
        }
        requests.putLong(index + Layout.WR_ID, withId);
        requests.putLong(index + Layout.WR_SG_LIST, requestsAddress + index + 128);
        requests.putInt(index + Layout.WR_NUM_SGE, 1);
        if (opcode != Status.RECEIVE) {
            requests.putInt(index + Layout.WR_OPCODE, opcode);
            requests.putInt(index + Layout.WR_FLAGS, flags);
        }
        requests.putLong(index + 128 + Layout.SGE_ADDRESS, address + at);
        requests.putInt(index + 128 + Layout.SGE_LENGTH, length);
        requests.putInt(
                index + 128 + Layout.SGE_LKEY, (flags & Layout.INLINE) != 0 ? 0 : region.lkey());
        return requestsAddress + index;
    }

    void remote(final int slot, final FakeEnd peer, final int at) {
        remote(slot, peer.address + at, peer.region.rkey());
    }

    void remote(final int slot, final long at, final int rkey) {
        requests.putLong(slot * 256 + Layout.WR_REMOTE_ADDRESS, at);
        requests.putInt(slot * 256 + Layout.WR_RKEY, rkey);
    }

    void chain(final int slot, final long next) {
        requests.putLong(slot * 256 + Layout.WR_NEXT, next);
    }

    void lkey(final int slot, final int lkey) {
        requests.putInt(slot * 256 + 128 + Layout.SGE_LKEY, lkey);
    }

    int post(final long request) {
        return verbs.postSend(queuePair.handle(), request);
    }

    int send(final long withId, final int at, final int length) {
        return post(request(0, withId, Layout.OP_SEND, Layout.SIGNALED, at, length));
    }

    int receive(final long withId, final int at, final int length) {
        return verbs.postReceive(
                queuePair.handle(), request(1, withId, Status.RECEIVE, 0, at, length));
    }

    // ---- polling

    List<Done> poll() {
        final int count = verbs.poll(queue, ENTRIES, completionsAddress);
        if (count < 0) {
            throw new AssertionError("poll: " + count);
        }
        final List<Done> done = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final int index = i * Layout.WC_BYTES;
            final int status = completions.getInt(index + Layout.WC_STATUS);
            done.add(
                    new Done(
                            completions.getLong(index + Layout.WC_ID),
                            status,
                            status == 0 ? completions.getInt(index + Layout.WC_OPCODE) : -1,
                            status == 0 ? completions.getInt(index + Layout.WC_BYTE_LENGTH) : -1));
        }
        return done;
    }

    static Done failed(final long withId, final int status) {
        return new Done(withId, status, -1, -1);
    }

    static Done done(final long withId, final int opcode, final int length) {
        return new Done(withId, 0, opcode, length);
    }

    void put(final int at, final String text) {
        memory.put(at, text.getBytes(StandardCharsets.US_ASCII));
    }

    String text(final int at, final int length) {
        final byte[] bytes = new byte[length];
        memory.get(at, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
