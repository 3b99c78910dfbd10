// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer that does what it is told with verbs, be it against the protocol. It waits for nothing:
 * {@link #poll()} takes what has come.
 */
final class RawPeer implements AutoCloseable {
    /** Bytes of its memory, which its peer may access as it is told. */
    static final int BYTES = 64 * 1024;

    private static final int RECEIVES = 32;
    private static final int SLOT = 4096;
    private static final int SENDS = 16;
    private static final int WORK = 256;
    private static final byte[] NONE = {};

    private final Verbs verbs = RealVerbs.get();
    private final int access;
    private final byte[] privateData;
    private final long channel;
    private long listener;
    private long id;
    private long domain;
    private long completionChannel;
    private long queue;
    private QueuePair queuePair;
    private MemoryRegion region;
    private MemoryRegion slotRegion;

    /** What its peer may be told of, and then the rest; freed by hand. */
    private final AlignedMemory block =
            new AlignedMemory(BYTES + (RECEIVES + SENDS) * (SLOT + WORK) + 16 * Layout.WC_BYTES);

    /** Bytes of it that are taken. */
    private int taken;

    private final ByteBuffer memory = part(BYTES);
    private final ByteBuffer slots = part((RECEIVES + SENDS) * SLOT);
    private final ByteBuffer work = part((RECEIVES + SENDS) * WORK);
    private final ByteBuffer entries = part(16 * Layout.WC_BYTES);
    private int sent;
    private boolean closed;

    /** Events of the connection manager so far. */
    final List<CmEvent.Type> events = new ArrayList<>();

    /** What its peer said with the last of them that came with something. */
    byte[] answer = NONE;

    /** What it has received. */
    final List<byte[]> frames = new ArrayList<>();

    /** The statuses of what it has sent, written and read. */
    final List<Integer> statuses = new ArrayList<>();

    private RawPeer(final byte[] privateData, final int access) throws IOException {
        this.privateData = privateData;
        this.access = access;
        channel = verbs.createEventChannel();
    }

    /** Starts to connect. */
    static RawPeer connect(final URI portal, final byte[] privateData, final int access)
            throws IOException {
        final RawPeer peer = new RawPeer(privateData, access);
        peer.id = peer.verbs.createId(peer.channel);
        peer.verbs.resolveAddress(
                peer.id,
                new InetSocketAddress(InetAddress.getByName(portal.getHost()), portal.getPort()),
                20_000);
        return peer;
    }

    /** A client that says a good HELLO. */
    static RawPeer client(final URI portal) throws IOException {
        return connect(portal, hello(), Access.LOCAL_WRITE);
    }

    /** Listens; the first that comes is accepted. */
    static RawPeer listen() throws IOException {
        final RawPeer peer =
                new RawPeer(
                        new Invitation(Invitation.FLAG_HELLO, RECEIVES, SLOT, null).encode(),
                        Access.LOCAL_WRITE);
        peer.listener = peer.verbs.createId(peer.channel);
        peer.verbs.bind(peer.listener, new InetSocketAddress(RealVerbs.address(), 0));
        peer.verbs.listen(peer.listener, 4);
        return peer;
    }

    /** Where it listens. */
    URI uri() {
        return URI.create(
                "rdma://%s:%d"
                        .formatted(RealVerbs.address(), verbs.localAddress(listener).getPort()));
    }

    /** A good connection request. */
    static byte[] hello() {
        final byte[] frame = new byte[FrameHeader.LENGTH];
        Hello.set(new FrameHeader(), 0, 0, 0, 0, 60_000, 1 << 20)
                .writeTo(ByteBuffer.wrap(frame), 0);
        return new Invitation(Invitation.FLAG_HELLO, RECEIVES, SLOT, frame).encode();
    }

    /** A server's HELLO as it is sent. */
    static byte[] serverHello(final int credits) {
        final byte[] frame = new byte[Frames.OVERHEAD];
        Hello.set(new FrameHeader(), 0, credits, 0, credits, 60_000, 1 << 20)
                .writeTo(ByteBuffer.wrap(frame), 0);
        return granting(frame);
    }

    /** A frame without a payload in it. */
    static byte[] frame(
            final int type,
            final int flags,
            final int payloadLength,
            final long transaction,
            final int room,
            final long address,
            final int rkey) {
        final byte[] frame = new byte[Frames.OVERHEAD];
        new FrameHeader()
                .set(type, flags, 0, payloadLength, transaction, room)
                .remoteAddress(address)
                .rkey(rkey)
                .writeTo(ByteBuffer.wrap(frame), 0);
        return granting(frame);
    }

    /** A request whose payload is to be READ. */
    static byte[] requestElsewhere(final int length, final long address, final int rkey) {
        return frame(FrameType.REQUEST, Frames.FLAG_REMOTE, length, 1, 0, address, rkey);
    }

    private static byte[] granting(final byte[] frame) {
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(Frames.GRANT, RECEIVES);
        return frame;
    }

    static FrameHeader header(final byte[] frame) {
        return new FrameHeader().readFrom(ByteBuffer.wrap(frame), 0);
    }

    private ByteBuffer part(final int bytes) {
        final ByteBuffer part = block.slice(taken, bytes, ByteOrder.nativeOrder());
        taken += bytes;
        return part;
    }

    /** The address of its memory. */
    long address() {
        return region.address();
    }

    int rkey() {
        return region.rkey();
    }

    boolean isEstablished() {
        return events.contains(CmEvent.Type.ESTABLISHED);
    }

    boolean hasEnded() {
        return events.contains(CmEvent.Type.REJECTED)
                || events.contains(CmEvent.Type.DISCONNECTED)
                || events.contains(CmEvent.Type.UNREACHABLE)
                || events.contains(CmEvent.Type.CONNECT_ERROR);
    }

    /** Takes what has come, and goes on with connecting. */
    boolean poll() {
        try {
            for (CmEvent event = verbs.cmEvent(channel);
                    event != null;
                    event = verbs.cmEvent(channel)) {
                on(event);
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        if (queue != 0) {
            for (int count = 16; count == 16; ) {
                count = verbs.poll(queue, 16, verbs.addressOf(entries));
                for (int i = 0; i < count; i++) {
                    completed(i * Layout.WC_BYTES);
                }
            }
        }
        return true;
    }

    private void on(final CmEvent event) throws IOException {
        events.add(event.type());
        if (event.privateData().length > 0) {
            answer = event.privateData();
        }
        final ConnectionParameters parameters = new ConnectionParameters(privateData, 4, 4, 7, 7);
        switch (event.type()) {
            case ADDR_RESOLVED -> verbs.resolveRoute(id, 20_000);
            case ROUTE_RESOLVED -> {
                makeQueuePair();
                verbs.connect(id, parameters);
            }
            case CONNECT_REQUEST -> {
                if (id != 0) {
                    verbs.destroyId(event.id());
                    return;
                }
                id = event.id();
                makeQueuePair();
                verbs.accept(id, parameters);
            }
            case DISCONNECTED -> disconnect();
            default -> {
                // noted
            }
        }
    }

    private void makeQueuePair() throws IOException {
        final long context = verbs.context(id);
        domain = verbs.allocateProtectionDomain(context);
        completionChannel = verbs.createCompletionChannel(context);
        queue = verbs.createCompletionQueue(context, completionChannel, 256);
        region = verbs.register(domain, verbs.addressOf(memory), BYTES, access);
        slotRegion =
                verbs.register(
                        domain, verbs.addressOf(slots), slots.capacity(), Access.LOCAL_WRITE);
        queuePair =
                verbs.createQueuePair(
                        id, domain, queue, new QueuePairLimits(2 * SENDS, RECEIVES, 0));
        for (int i = 0; i < RECEIVES; i++) {
            receive(i);
        }
    }

    private long work(final int slot, final long wrId, final int size, final int entry) {
        final int at = slot * WORK;
        for (int i = 0; i < WORK; i += 8) {
            work.putLong(at + i, 0);
        }
        work.putLong(at + Layout.WR_ID, wrId);
        work.putLong(at + Layout.WR_SG_LIST, verbs.addressOf(work) + at + size);
        work.putInt(at + Layout.WR_NUM_SGE, 1);
        work.putLong(at + size + Layout.SGE_ADDRESS, verbs.addressOf(slots) + (long) slot * SLOT);
        work.putInt(at + size + Layout.SGE_LENGTH, entry);
        work.putInt(at + size + Layout.SGE_LKEY, slotRegion.lkey());
        return verbs.addressOf(work) + at;
    }

    private void receive(final int slot) {
        check(verbs.postReceive(queuePair.handle(), work(slot, slot, Layout.RECV_WR_BYTES, SLOT)));
    }

    private static void check(final int error) {
        if (error != 0) {
            throw new AssertionError("error " + error);
        }
    }

    private void completed(final int at) {
        final int status = entries.getInt(at + Layout.WC_STATUS);
        final long wrId = entries.getLong(at + Layout.WC_ID);
        if (wrId >= RECEIVES) {
            statuses.add(status);
        } else if (status == Layout.STATUS_SUCCESS) {
            final byte[] frame = new byte[entries.getInt(at + Layout.WC_BYTE_LENGTH)];
            slots.get((int) wrId * SLOT, frame);
            frames.add(frame);
            receive((int) wrId);
        }
    }

    /** Sends bytes, whatever they mean. */
    void send(final byte... bytes) {
        final int slot = RECEIVES + sent++ % SENDS;
        slots.put(slot * SLOT, bytes);
        final long request = work(slot, slot, Layout.SEND_WR_BYTES, bytes.length);
        work.putInt(slot * WORK + Layout.WR_OPCODE, Layout.OP_SEND);
        work.putInt(slot * WORK + Layout.WR_FLAGS, Layout.SIGNALED);
        check(verbs.postSend(queuePair.handle(), request));
    }

    /** READs or WRITEs its peer's memory; the outcome is among {@link #statuses}. */
    void access(final int operation, final int length, final long address, final int rkey) {
        final int slot = RECEIVES + sent++ % SENDS;
        final long request = work(slot, slot, Layout.SEND_WR_BYTES, length);
        work.putInt(slot * WORK + Layout.WR_OPCODE, operation);
        work.putInt(slot * WORK + Layout.WR_FLAGS, Layout.SIGNALED);
        work.putLong(slot * WORK + Layout.WR_REMOTE_ADDRESS, address);
        work.putInt(slot * WORK + Layout.WR_RKEY, rkey);
        check(verbs.postSend(queuePair.handle(), request));
    }

    void disconnect() {
        try {
            verbs.disconnect(id);
        } catch (final IOException e) {
            // from there already
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (queuePair != null) {
            disconnect();
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
            verbs.destroyCompletionChannel(completionChannel);
        }
        if (slotRegion != null) {
            verbs.deregister(slotRegion);
        }
        if (region != null) {
            verbs.deregister(region);
            verbs.deallocateProtectionDomain(domain);
        }
        verbs.destroyEventChannel(channel);
        block.close();
    }

    @Override
    public String toString() {
        return "raw peer: %s, sent %s, received %d".formatted(events, statuses, frames.size());
    }
}
