// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.fake.FakeFabric;
import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.ConnectionParameters;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.MemoryRegion;
import io.verbena.rdma.verbs.QueuePair;
import io.verbena.rdma.verbs.QueuePairLimits;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.AlignedMemory;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The other end of a connection, driven by hand: it says what it is told to, true or not. */
final class HandPeer implements AutoCloseable {
    static final int RECEIVES = 32;
    static final int SLOT = 8192;
    private static final int SENDS = 64;
    private static final int READS = 16;
    private static final int SEND_AT = RECEIVES * SLOT;
    private static final int WORK_BYTES = 128;
    private static final int BATCH = 16;

    /** What a test may let others read. */
    private static final int OWN_AT = SEND_AT + SENDS * SLOT;

    private static final int WORK_AT = OWN_AT + SLOT;
    private static final int COMPLETIONS_AT = WORK_AT + (SENDS + RECEIVES) * WORK_BYTES;
    private static final int ALL_BYTES = COMPLETIONS_AT + BATCH * Layout.WC_BYTES;

    private final Verbs verbs;
    private final AlignedMemory block = new AlignedMemory(ALL_BYTES);
    private final ByteBuffer memory;
    private final ByteBuffer work;
    private final ByteBuffer completions;
    private final long address;
    private final long workAddress;
    private final long completionsAddress;
    private final long events;
    private long id;
    private long listener;
    private long channel;
    private long queue;
    private long domain;
    private MemoryRegion region;
    private QueuePair queuePair;
    private int sent;

    /** What the connection manager has said. */
    final List<CmEvent.Type> said = new ArrayList<>();

    private CmEvent last;

    /** What was received. */
    final List<byte[]> received = new ArrayList<>();

    HandPeer(final FakeFabric fabric) throws IOException {
        verbs = fabric.verbs();
        memory = block.slice(0, WORK_AT, ByteOrder.LITTLE_ENDIAN);
        work = block.slice(WORK_AT, COMPLETIONS_AT - WORK_AT, ByteOrder.nativeOrder());
        completions = block.slice(COMPLETIONS_AT, BATCH * Layout.WC_BYTES, ByteOrder.nativeOrder());
        address = verbs.addressOf(memory);
        workAddress = verbs.addressOf(work);
        completionsAddress = verbs.addressOf(completions);
        events = verbs.createEventChannel();
    }

    // ---- connecting

    /** Asks a portal for a connection. */
    HandPeer connect(final URI portal, final byte[] privateData) throws IOException {
        return connect(portal, privateData, READS);
    }

    /** Asks a portal for a connection, on which it may READ so much at once. */
    HandPeer connect(final URI portal, final byte[] privateData, final int grantedReads)
            throws IOException {
        id = verbs.createId(events);
        verbs.resolveAddress(id, new InetSocketAddress("10.0.0.7", portal.getPort()), 1000);
        look();
        verbs.resolveRoute(id, 1000);
        look();
        equip();
        verbs.connect(id, new ConnectionParameters(privateData, grantedReads, READS, 7, 7));
        return this;
    }

    /** Listens; the URI to connect to. */
    URI listen() throws IOException {
        listener = verbs.createId(events);
        verbs.bind(listener, new InetSocketAddress("10.0.0.8", 0));
        verbs.listen(listener, 8);
        return URI.create("fake://10.0.0.8:" + verbs.localAddress(listener).getPort());
    }

    void accept(final byte[] privateData) throws IOException {
        id = last.id();
        equip();
        verbs.accept(id, new ConnectionParameters(privateData, 16, 16, 7, 7));
    }

    void reject(final byte[] privateData) throws IOException {
        verbs.reject(last.id(), privateData);
        verbs.destroyId(last.id());
    }

    private void equip() throws IOException {
        final long context = verbs.context(id);
        channel = verbs.createCompletionChannel(context);
        queue = verbs.createCompletionQueue(context, channel, 2 * (SENDS + RECEIVES));
        domain = verbs.allocateProtectionDomain(context);
        region =
                verbs.register(
                        domain,
                        address,
                        memory.capacity(),
                        Access.LOCAL_WRITE | Access.REMOTE_READ | Access.REMOTE_WRITE);
        queuePair =
                verbs.createQueuePair(id, domain, queue, new QueuePairLimits(SENDS, RECEIVES, 0));
        for (int i = 0; i < RECEIVES; i++) {
            receive(i);
        }
    }

    // ---- what it says

    /** An invitation with a HELLO that is all right, and no path. */
    static byte[] invitation() {
        return new Invitation(Invitation.FLAG_HELLO, RECEIVES, SLOT, hello(0, 0)).encode();
    }

    /** An invitation without HELLO. */
    static byte[] silentInvitation() {
        return new Invitation(0, RECEIVES, SLOT, null).encode();
    }

    /** A HELLO, as it stands in an invitation. */
    static byte[] hello(final int credits, final int window) {
        final byte[] hello = new byte[FrameHeader.LENGTH];
        Hello.set(new FrameHeader(), 0, credits, 0, window, 0, 1 << 20)
                .writeTo(ByteBuffer.wrap(hello), 0);
        return hello;
    }

    /** A frame without flaws: its header, what this transport adds, and a payload of so much. */
    static Frame frame(final int type, final int payload) {
        return new Frame(type, payload);
    }

    /** A frame in the making. */
    static final class Frame {
        private byte[] bytes;
        private final ByteBuffer buffer;

        private Frame(final int type, final int payload) {
            bytes = new byte[Frames.OVERHEAD + payload];
            buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            new FrameHeader().set(type, 0, 0, payload, 0, 8192).writeTo(buffer, 0);
            grant(RECEIVES);
        }

        Frame header(final byte[] whole) {
            buffer.put(0, whole);
            return this;
        }

        Frame transaction(final long value) {
            buffer.putLong(8, value);
            return this;
        }

        Frame flags(final int value) {
            buffer.put(1, (byte) value);
            return this;
        }

        Frame length(final int value) {
            buffer.putInt(4, value);
            return this;
        }

        Frame grant(final int value) {
            buffer.putInt(Frames.GRANT, value);
            return this;
        }

        /** The payload is in the peer's memory, or so it says. */
        Frame at(final long address, final int rkey) {
            buffer.putLong(16, address).putInt(24, rkey);
            return flags(Frames.FLAG_REMOTE);
        }

        byte[] bytes() {
            return bytes;
        }

        Frame cutTo(final int length) {
            bytes = java.util.Arrays.copyOf(bytes, length);
            return this;
        }
    }

    long ownAddress() {
        return address + OWN_AT;
    }

    int ownKey() {
        return region.rkey();
    }

    void send(final Frame frame) {
        send(frame.bytes);
    }

    void send(final byte[] bytes) {
        final int index = sent % SENDS;
        sent++;
        memory.put(SEND_AT + index * SLOT, bytes);
        final int at = index * WORK_BYTES;
        entry(at, address + SEND_AT + index * SLOT, bytes.length);
        work.putLong(at + Layout.WR_ID, -1);
        work.putInt(at + Layout.WR_OPCODE, Layout.OP_SEND);
        work.putInt(at + Layout.WR_FLAGS, Layout.SIGNALED);
        final int error = verbs.postSend(queuePair.handle(), workAddress + at);
        if (error != 0) {
            throw new AssertionError("postSend: " + error);
        }
    }

    private void receive(final int index) {
        final int at = (SENDS + index) * WORK_BYTES;
        entry(at, address + index * SLOT, SLOT);
        work.putLong(at + Layout.WR_ID, index);
        verbs.postReceive(queuePair.handle(), workAddress + at);
    }

    private void entry(final int at, final long where, final int length) {
        final int sge = at + WORK_BYTES - Layout.SGE_BYTES;
        work.putLong(at + Layout.WR_NEXT, 0);
        work.putLong(at + Layout.WR_SG_LIST, workAddress + sge);
        work.putInt(at + Layout.WR_NUM_SGE, 1);
        work.putLong(sge + Layout.SGE_ADDRESS, where);
        work.putInt(sge + Layout.SGE_LENGTH, length);
        work.putInt(sge + Layout.SGE_LKEY, region.lkey());
    }

    // ---- what it hears

    /** Looks at what there is to hear. */
    void look() {
        try {
            for (CmEvent event = verbs.cmEvent(events);
                    event != null;
                    event = verbs.cmEvent(events)) {
                said.add(event.type());
                last = event;
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        if (queue != 0) {
            poll();
        }
    }

    private void poll() {
        for (int found = BATCH; found == BATCH; ) {
            found = verbs.poll(queue, BATCH, completionsAddress);
            for (int i = 0; i < found; i++) {
                final int at = i * Layout.WC_BYTES;
                final int index = (int) completions.getLong(at + Layout.WC_ID);
                if (index >= 0 && completions.getInt(at + Layout.WC_STATUS) == 0) {
                    final byte[] bytes = new byte[completions.getInt(at + Layout.WC_BYTE_LENGTH)];
                    memory.get(index * SLOT, bytes);
                    received.add(bytes);
                    receive(index);
                }
            }
        }
    }

    boolean hears(final CmEvent.Type type) {
        look();
        return said.contains(type);
    }

    /** Receives posted so far. */
    int granted() {
        return RECEIVES + received.size();
    }

    /** The types of the frames that were received. */
    List<Integer> types() {
        look();
        return received.stream().map(bytes -> bytes[0] & 0xff).toList();
    }

    long count(final int type) {
        return types().stream().filter(each -> each == type).count();
    }

    boolean isGreeted() {
        return types().contains(FrameType.HELLO);
    }

    @Override
    public void close() throws IOException {
        if (queuePair != null) {
            verbs.destroyQueuePair(id);
        }
        if (id != 0) {
            verbs.destroyId(id);
        }
        if (listener != 0) {
            verbs.destroyId(listener);
        }
        if (queue != 0) {
            verbs.destroyCompletionQueue(queue);
            verbs.destroyCompletionChannel(channel);
            verbs.deregister(region);
            verbs.deallocateProtectionDomain(domain);
        }
        forgetEvents();
        verbs.destroyEventChannel(events);
        block.close();
    }

    private void forgetEvents() throws IOException {
        while (verbs.cmEvent(events) != null) {
            // Nobody listens any more.
        }
    }
}
