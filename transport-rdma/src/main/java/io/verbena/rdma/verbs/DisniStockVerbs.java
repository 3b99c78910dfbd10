// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import com.ibm.disni.verbs.impl.NativeDispatcher;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verbs by a {@code libdisni.so} that has DiSNI's natives and nothing else: without any {@link
 * Extension}. What such a library can't tell is taken to be what is usual, and what it can't do is
 * an exception that says so.
 */
final class DisniStockVerbs extends DisniVerbs {
    private static final Logger LOG = LoggerFactory.getLogger(DisniStockVerbs.class);

    /** IBV_QPT_RC. */
    private static final int RELIABLE_CONNECTED = 2;

    private static final int EINVAL = 22;
    private static final int EIO = 5;

    private static final int SCRATCH_BYTES = 64;

    private final Set<Extension> extensions =
            Collections.unmodifiableSet(EnumSet.noneOf(Extension.class));

    /** For what the natives read and write; under its lock. */
    private final ByteBuffer scratch =
            ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.nativeOrder());

    private final long scratchAddress = nettyAddress(scratch);
    private final DisniWaiters waiters = new DisniWaiters();

    DisniStockVerbs(final NativeDispatcher disni) {
        super(disni);
    }

    @Override
    public Set<Extension> extensions() {
        return extensions;
    }

    @Override
    public String description() {
        return "libdisni without extensions";
    }

    @Override
    public long addressOf(final ByteBuffer direct) {
        return nettyAddress(direct);
    }

    private static long nettyAddress(final ByteBuffer direct) {
        final ByteBuf whole = Unpooled.wrappedBuffer(direct.duplicate().clear());
        if (!direct.isDirect() || !whole.hasMemoryAddress()) {
            throw new IllegalArgumentException(
                    "no address: not a direct buffer, or Netty may not use Unsafe"
                            + " (-Dio.netty.noUnsafe=false)");
        }
        return whole.memoryAddress();
    }

    @Override
    String errorText(final int result) {
        return "error " + result;
    }

    private static String missing(final Extension extension) {
        return "this libdisni isn't Verbena's, and hasn't " + extension;
    }

    private static IOException without(final Extension extension) {
        return new IOException(missing(extension));
    }

    // ---- the connection manager

    @Override
    public @Nullable CmEvent cmEvent(final long channel) {
        synchronized (scratch) {
            final int type =
                    disni._getCmEvent(channel, scratchAddress, scratchAddress + Long.BYTES, 0);
            return type < 0
                    ? null
                    : new CmEvent(
                            EVENT_TYPES[type],
                            -1,
                            Math.max(0, scratch.getLong(Long.BYTES)),
                            Math.max(0, scratch.getLong(0)),
                            new byte[0],
                            0,
                            0);
        }
    }

    @Override
    public void migrateId(final long id, final long channel) throws IOException {
        throw without(Extension.CONNECTION);
    }

    @Override
    public void bind(final long id, final InetSocketAddress address) throws IOException {
        synchronized (scratch) {
            write(address);
            disni._bindAddr(id, scratchAddress);
        }
    }

    @Override
    public void resolveAddress(final long id, final InetSocketAddress target, final int timeoutMs)
            throws IOException {
        synchronized (scratch) {
            write(target);
            disni._resolveAddr(id, 0, scratchAddress, timeoutMs);
        }
    }

    private void write(final InetSocketAddress address) throws IOException {
        if (!DisniSockaddrIn.write(scratch, bytesOf(address), address.getPort())) {
            throw without(Extension.IPV6);
        }
    }

    @Override
    public void connect(final long id, final ConnectionParameters parameters) throws IOException {
        final byte[] data = parameters.privateData();
        if (data.length > SCRATCH_BYTES) {
            throw new IllegalArgumentException("private data of " + data.length + " bytes");
        }
        synchronized (scratch) {
            scratch.put(0, data);
            disni._connect(
                    id,
                    parameters.retryCount(),
                    parameters.rnrRetryCount(),
                    data.length == 0 ? 0 : scratchAddress,
                    (byte) data.length);
        }
    }

    @Override
    public void accept(final long id, final ConnectionParameters parameters) throws IOException {
        disni._accept(id, parameters.retryCount(), parameters.rnrRetryCount());
    }

    @Override
    public void reject(final long id, final byte[] privateData) throws IOException {
        throw without(Extension.CONNECTION);
    }

    @Override
    public @Nullable InetSocketAddress localAddress(final long id) {
        synchronized (scratch) {
            DisniSockaddrIn.clear(scratch);
            return disni._getSrcAddr(id, scratchAddress) == 0
                    ? DisniSockaddrIn.read(scratch)
                    : null;
        }
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(final long id) {
        synchronized (scratch) {
            DisniSockaddrIn.clear(scratch);
            return disni._getDstAddr(id, scratchAddress) == 0
                    ? DisniSockaddrIn.read(scratch)
                    : null;
        }
    }

    @Override
    public int port(final long id) {
        return 0;
    }

    // ---- devices

    @Override
    public List<Device> devices() {
        return List.of();
    }

    /** What any device of the last years can do. */
    @Override
    public DeviceLimits limits(final long context) {
        return new DeviceLimits(1024, 4096, 65_536, 1024, 1L << 31, 1, "");
    }

    @Override
    public @Nullable AsyncEvent asyncEvent(final long context) {
        return null;
    }

    // ---- what is made of a device

    @Override
    public MemoryRegion register(
            final long domain, final long address, final long length, final int access)
            throws IOException {
        if (length > Integer.MAX_VALUE) {
            throw new IOException(
                    "ibv_reg_mr: this libdisni can't register " + length + " bytes at once");
        }
        synchronized (scratch) {
            final long handle =
                    disni._regMr(
                            domain,
                            address,
                            (int) length,
                            access,
                            scratchAddress,
                            scratchAddress + 8,
                            scratchAddress + 16);
            return new MemoryRegion(handle, address, length, scratch.getInt(0), scratch.getInt(8));
        }
    }

    @Override
    public int takeNotifications(final long channel, final long queue) {
        int taken = 0;
        try {
            while (disni._getCqEvent(channel, 0) >= 0) {
                taken++;
            }
        } catch (final IOException e) {
            LOG.debug("no more notifications", e);
        }
        if (taken > 0) {
            disni._ackCqEvent(queue, taken);
        }
        return taken;
    }

    @Override
    public QueuePair createQueuePair(
            final long id,
            final long domain,
            final long completionQueue,
            final QueuePairLimits limits)
            throws IOException {
        try {
            return queuePair(id, domain, completionQueue, limits, limits.maxInline());
        } catch (final IOException e) {
            if (limits.maxInline() == 0) {
                throw e;
            }
            LOG.debug("no queue pair with {} bytes inline", limits.maxInline(), e);
            return queuePair(id, domain, completionQueue, limits, 0);
        }
    }

    private QueuePair queuePair(
            final long id,
            final long domain,
            final long queue,
            final QueuePairLimits limits,
            final int inline)
            throws IOException {
        final long handle =
                disni._createQP(
                        id,
                        domain,
                        queue,
                        queue,
                        RELIABLE_CONNECTED,
                        limits.maxSends(),
                        limits.maxReceives(),
                        inline);
        return new QueuePair(handle, disni._getQpNum(handle), inline);
    }

    @Override
    public void setMinRnrTimer(final long queuePair, final int code) {
        // It stays what the connection manager takes.
    }

    @Override
    public void setAckTimeout(final long id, final int code) {
        // It stays what the connection manager takes.
    }

    @Override
    public void breakQueuePair(final long queuePair) throws IOException {
        throw without(Extension.CONNECTION);
    }

    // ---- the data path

    @Override
    public int postSend(final long queuePair, final long workRequest) {
        if (workRequest == 0) {
            return EINVAL;
        }
        try {
            disni._postSend(queuePair, workRequest);
            return 0;
        } catch (final IOException e) {
            LOG.debug("not posted", e);
            return EIO;
        }
    }

    @Override
    public int postReceive(final long queuePair, final long workRequest) {
        if (workRequest == 0) {
            return EINVAL;
        }
        try {
            disni._postRecv(queuePair, workRequest);
            return 0;
        } catch (final IOException e) {
            LOG.debug("not posted", e);
            return EIO;
        }
    }

    @Override
    public int poll(final long queue, final int count, final long completions) {
        if (count <= 0 || completions == 0) {
            return 0;
        }
        try {
            return disni._pollCQ(queue, count, completions);
        } catch (final IOException e) {
            LOG.debug("not polled", e);
            return -EIO;
        }
    }

    @Override
    public int postAndPoll(
            final long posts,
            final int postCount,
            final long queue,
            final int count,
            final long completions) {
        throw new UnsupportedOperationException(missing(Extension.PROGRESS));
    }

    // ---- waiting

    @Override
    public long createWaiter() {
        return waiters.create();
    }

    @Override
    public void destroyWaiter(final long waiter) {
        waiters.destroy(waiter);
    }

    @Override
    public void watch(final long waiter, final Watched kind, final long handle) {
        waiters.watch(waiter);
    }

    @Override
    public void unwatch(final long waiter, final Watched kind, final long handle) {
        waiters.unwatch(waiter);
    }

    @Override
    public boolean await(final long waiter, final int timeoutMs) {
        return waiters.await(waiter, timeoutMs);
    }

    @Override
    public void wake(final long waiter) {
        waiters.wake(waiter);
    }
}
