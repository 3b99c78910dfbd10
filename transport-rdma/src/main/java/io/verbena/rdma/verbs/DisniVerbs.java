// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import com.ibm.disni.verbs.impl.NativeDispatcher;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verbs by DiSNI's natives and, where the library is Verbena's own, by its extensions.
 *
 * <p>Loaded by {@link NativesLoader}, so nothing else may name this class but for its constants.
 */
final class DisniVerbs implements Verbs {
    /** What installs the system's libraries. */
    static final String PACKAGES =
            "apt install libibverbs1 librdmacm1 ibverbs-providers (Debian, Ubuntu), or dnf install"
                    + " libibverbs librdmacm (Fedora, RHEL)";

    private static final Logger LOG = LoggerFactory.getLogger(DisniVerbs.class);

    private static final CmEvent.Type[] EVENT_TYPES = CmEvent.Type.values();

    /** RDMA_PS_TCP: reliable connections. */
    private static final short PORT_SPACE_TCP = 0x0106;

    /** IBV_QPT_RC. */
    private static final int RELIABLE_CONNECTED = 2;

    private static final int EINVAL = 22;
    private static final int EBUSY = 16;
    private static final int EIO = 5;

    /** AF_INET. */
    private static final short FAMILY_INET = 2;

    /** sizeof(struct sockaddr_in). */
    private static final int SOCKADDR_IN_BYTES = 16;

    private final NativeDispatcher disni;

    /** Is the library Verbena's own? */
    private final boolean own;

    private final Set<Extension> extensions;

    /** For what DiSNI's natives read and write, under its lock; null where it isn't needed. */
    private final @Nullable ByteBuffer scratch;

    private final long scratchAddress;

    /** Without {@link Extension#WAITING}. */
    private final DisniWaiters waiters = new DisniWaiters();

    /**
     * Asks the library, which is loaded, what it can do.
     *
     * @throws VerbsUnavailableException if it is of another version, or the system's libraries
     *     aren't there.
     */
    DisniVerbs() throws VerbsUnavailableException {
        disni = dispatcher();
        own = isOwn();
        if (own) {
            final String problem = Extensions.libraryProblem();
            if (problem != null) {
                throw new VerbsUnavailableException(
                        "the RDMA libraries aren't usable: " + problem + "; " + PACKAGES, null);
            }
            extensions = Collections.unmodifiableSet(EnumSet.allOf(Extension.class));
            scratch = null;
            scratchAddress = 0;
        } else {
            extensions = Collections.unmodifiableSet(EnumSet.noneOf(Extension.class));
            scratch = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
            scratchAddress = nettyAddress(scratch);
            LOG.info("libdisni without Verbena's extensions is used");
        }
    }

    private static NativeDispatcher dispatcher() throws VerbsUnavailableException {
        try {
            final Constructor<NativeDispatcher> constructor =
                    NativeDispatcher.class.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (final ReflectiveOperationException e) {
            final Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new VerbsUnavailableException(
                    "libdisni isn't of DiSNI 2.1: " + cause.getMessage(), cause);
        }
    }

    private static boolean isOwn() throws VerbsUnavailableException {
        final int version;
        try {
            version = Extensions.version();
        } catch (final UnsatisfiedLinkError e) {
            // A stock library.
            return false;
        }
        if (version != Extensions.VERSION) {
            throw new VerbsUnavailableException(
                    "libdisni.so has version "
                            + version
                            + " of Verbena's natives, and "
                            + Extensions.VERSION
                            + " is needed: the artifacts verbena-native and verbena-rdma must be of"
                            + " one version",
                    null);
        }
        return true;
    }

    // ---- what there is

    @Override
    public Set<Extension> extensions() {
        return extensions;
    }

    @Override
    public String description() {
        return own
                ? "libdisni " + Extensions.VERSION + " (" + Extensions.libraries() + ")"
                : "libdisni without extensions";
    }

    @Override
    public long addressOf(final ByteBuffer direct) {
        return own ? Extensions.addressOf(direct) : nettyAddress(direct);
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

    // ---- the connection manager

    @Override
    public long createEventChannel() throws IOException {
        return disni._createEventChannel();
    }

    @Override
    public void destroyEventChannel(final long channel) {
        destroyed("rdma_destroy_event_channel", disni._destroyEventChannel(channel));
    }

    @Override
    public @Nullable CmEvent cmEvent(final long channel) throws IOException {
        if (scratch != null) {
            return plainCmEvent(scratch, channel);
        }
        final byte[] bytes = Extensions.cmEvent(channel);
        if (bytes == null) {
            return null;
        }
        final ByteBuffer event = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        final int type = event.getInt();
        final int status = event.getInt();
        final long id = event.getLong();
        final long listenId = event.getLong();
        final int responderResources = event.getInt();
        final int initiatorDepth = event.getInt();
        return new CmEvent(
                EVENT_TYPES[type],
                status,
                id,
                listenId,
                Arrays.copyOfRange(bytes, Extensions.EVENT_HEAD_BYTES, bytes.length),
                responderResources,
                initiatorDepth);
    }

    private @Nullable CmEvent plainCmEvent(final ByteBuffer buffer, final long channel) {
        synchronized (buffer) {
            final int type =
                    disni._getCmEvent(channel, scratchAddress, scratchAddress + Long.BYTES, 0);
            return type < 0
                    ? null
                    : new CmEvent(
                            EVENT_TYPES[type],
                            -1,
                            Math.max(0, buffer.getLong(Long.BYTES)),
                            Math.max(0, buffer.getLong(0)),
                            new byte[0],
                            0,
                            0);
        }
    }

    @Override
    public long createId(final long channel) throws IOException {
        return disni._createId(channel, PORT_SPACE_TCP);
    }

    @Override
    public void destroyId(final long id) {
        destroyed("rdma_destroy_id", disni._destroyCmId(id));
    }

    @Override
    public void migrateId(final long id, final long channel) throws IOException {
        need(Extension.CONNECTION);
        Extensions.migrate(id, channel);
    }

    @Override
    public void bind(final long id, final InetSocketAddress address) throws IOException {
        if (scratch != null) {
            synchronized (scratch) {
                disni._bindAddr(id, plainAddress(scratch, address));
            }
            return;
        }
        Extensions.bind(id, bytesOf(address), scopeOf(address), address.getPort());
    }

    @Override
    public void listen(final long id, final int backlog) throws IOException {
        disni._listen(id, backlog);
    }

    @Override
    public void resolveAddress(final long id, final InetSocketAddress target, final int timeoutMs)
            throws IOException {
        if (scratch != null) {
            synchronized (scratch) {
                disni._resolveAddr(id, 0, plainAddress(scratch, target), timeoutMs);
            }
            return;
        }
        Extensions.resolveAddress(
                id, bytesOf(target), scopeOf(target), target.getPort(), timeoutMs);
    }

    @Override
    public void resolveRoute(final long id, final int timeoutMs) throws IOException {
        disni._resolveRoute(id, timeoutMs);
    }

    @Override
    public void connect(final long id, final ConnectionParameters parameters) throws IOException {
        if (scratch != null) {
            synchronized (scratch) {
                final byte[] data = parameters.privateData();
                if (data.length > scratch.capacity()) {
                    throw new IllegalArgumentException("private data of " + data.length + " bytes");
                }
                scratch.put(0, data);
                disni._connect(
                        id,
                        parameters.retryCount(),
                        parameters.rnrRetryCount(),
                        data.length == 0 ? 0 : scratchAddress,
                        (byte) data.length);
            }
            return;
        }
        Extensions.connect(
                id,
                parameters.privateData(),
                parameters.responderResources(),
                parameters.initiatorDepth(),
                parameters.retryCount(),
                parameters.rnrRetryCount());
    }

    @Override
    public void accept(final long id, final ConnectionParameters parameters) throws IOException {
        if (!own) {
            disni._accept(id, parameters.retryCount(), parameters.rnrRetryCount());
            return;
        }
        Extensions.accept(
                id,
                parameters.privateData(),
                parameters.responderResources(),
                parameters.initiatorDepth(),
                parameters.retryCount(),
                parameters.rnrRetryCount());
    }

    @Override
    public void reject(final long id, final byte[] privateData) throws IOException {
        need(Extension.CONNECTION);
        Extensions.reject(id, privateData);
    }

    @Override
    public void disconnect(final long id) throws IOException {
        done("rdma_disconnect", disni._disconnect(id));
    }

    @Override
    public @Nullable InetSocketAddress localAddress(final long id) {
        return addressOf(id, true);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(final long id) {
        return addressOf(id, false);
    }

    private @Nullable InetSocketAddress addressOf(final long id, final boolean local) {
        if (scratch != null) {
            return plainAddressOf(scratch, id, local);
        }
        final byte[] bytes = Extensions.address(id, local);
        if (bytes == null) {
            return null;
        }
        final ByteBuffer fields = ByteBuffer.wrap(bytes);
        final int port = Short.toUnsignedInt(fields.getShort());
        final int scope = fields.getInt();
        final byte[] host = new byte[fields.remaining()];
        fields.get(host);
        try {
            return new InetSocketAddress(
                    host.length == 16 && scope != 0
                            ? Inet6Address.getByAddress(null, host, scope)
                            : InetAddress.getByAddress(host),
                    port);
        } catch (final UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private @Nullable InetSocketAddress plainAddressOf(
            final ByteBuffer buffer, final long id, final boolean local) {
        final byte[] host = new byte[4];
        final int port;
        synchronized (buffer) {
            buffer.putShort(0, (short) 0);
            final int result =
                    local
                            ? disni._getSrcAddr(id, scratchAddress)
                            : disni._getDstAddr(id, scratchAddress);
            if (result != 0 || buffer.getShort(0) != FAMILY_INET) {
                return null;
            }
            port = Byte.toUnsignedInt(buffer.get(2)) << 8 | Byte.toUnsignedInt(buffer.get(3));
            buffer.get(4, host);
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(host), port);
        } catch (final UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes a struct sockaddr_in; its address. */
    private long plainAddress(final ByteBuffer buffer, final InetSocketAddress address)
            throws IOException {
        final byte[] host = bytesOf(address);
        if (host.length != 4) {
            need(Extension.IPV6);
        }
        for (int i = 0; i < SOCKADDR_IN_BYTES; i++) {
            buffer.put(i, (byte) 0);
        }
        buffer.putShort(0, FAMILY_INET);
        buffer.put(2, (byte) (address.getPort() >> 8));
        buffer.put(3, (byte) address.getPort());
        buffer.put(4, host);
        return scratchAddress;
    }

    private static byte[] bytesOf(final InetSocketAddress address) throws IOException {
        final InetAddress host = address.getAddress();
        if (host == null) {
            throw new UnknownHostException(address.getHostString());
        }
        return host.getAddress();
    }

    private static int scopeOf(final InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
    }

    @Override
    public long context(final long id) {
        try {
            return Math.max(0, disni._getContext(id));
        } catch (final IOException e) {
            LOG.debug("no context", e);
            return 0;
        }
    }

    @Override
    public int port(final long id) {
        return own ? Extensions.port(id) : 0;
    }

    // ---- devices

    @Override
    public List<Device> devices() throws IOException {
        if (!own) {
            return List.of();
        }
        return DisniDevices.parse(Extensions.devices());
    }

    @Override
    public DeviceLimits limits(final long context) throws IOException {
        if (!own) {
            // What any device of the last years can do.
            return new DeviceLimits(1024, 4096, 65_536, 1024, 1L << 31, 1, "");
        }
        return DisniDevices.parseLimits(Extensions.limits(context));
    }

    @Override
    public @Nullable AsyncEvent asyncEvent(final long context) throws IOException {
        if (!own) {
            return null;
        }
        final long[] event = Extensions.asyncEvent(context);
        return event == null
                ? null
                : new AsyncEvent(
                        (int) event[0], Extensions.asyncEventName((int) event[0]), event[1]);
    }

    @Override
    public long allocateProtectionDomain(final long context) throws IOException {
        return disni._allocPd(context);
    }

    @Override
    public void deallocateProtectionDomain(final long domain) throws IOException {
        done("ibv_dealloc_pd", disni._deallocPd(domain));
    }

    @Override
    public MemoryRegion register(
            final long domain, final long address, final long length, final int access)
            throws IOException {
        if (scratch != null) {
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
                return new MemoryRegion(
                        handle, address, length, scratch.getInt(0), scratch.getInt(8));
            }
        }
        final int[] keys = new int[2];
        final long handle = Extensions.register(domain, address, length, access, keys);
        return new MemoryRegion(handle, address, length, keys[0], keys[1]);
    }

    @Override
    public void deregister(final MemoryRegion region) throws IOException {
        disni._deregMr(region.handle());
    }

    // ---- completion queues

    @Override
    public long createCompletionChannel(final long context) throws IOException {
        return disni._createCompChannel(context);
    }

    @Override
    public void destroyCompletionChannel(final long channel) {
        destroyed("ibv_destroy_comp_channel", disni._destroyCompChannel(channel));
    }

    @Override
    public long createCompletionQueue(final long context, final long channel, final int entries)
            throws IOException {
        return disni._createCQ(context, channel, entries, 0);
    }

    @Override
    public void destroyCompletionQueue(final long queue) {
        destroyed("ibv_destroy_cq", disni._destroyCQ(queue));
    }

    @Override
    public void requestNotification(final long queue) throws IOException {
        disni._reqNotifyCQ(queue, 0);
    }

    @Override
    public int takeNotifications(final long channel, final long queue) {
        if (own) {
            return Extensions.takeNotifications(channel, queue);
        }
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

    // ---- queue pairs

    @Override
    public QueuePair createQueuePair(
            final long id,
            final long domain,
            final long completionQueue,
            final QueuePairLimits limits)
            throws IOException {
        if (own) {
            final int[] granted = new int[2];
            final long handle =
                    Extensions.createQueuePair(
                            id,
                            domain,
                            completionQueue,
                            limits.maxSends(),
                            limits.maxReceives(),
                            limits.maxInline(),
                            granted);
            return new QueuePair(handle, granted[0], granted[1]);
        }
        try {
            return plainQueuePair(id, domain, completionQueue, limits, limits.maxInline());
        } catch (final IOException e) {
            if (limits.maxInline() == 0) {
                throw e;
            }
            LOG.debug("no queue pair with {} bytes inline", limits.maxInline(), e);
            return plainQueuePair(id, domain, completionQueue, limits, 0);
        }
    }

    private QueuePair plainQueuePair(
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
    public void destroyQueuePair(final long id) {
        destroyed("rdma_destroy_qp", disni._destroyQP(id));
    }

    @Override
    public void setMinRnrTimer(final long queuePair, final int code) throws IOException {
        if (own) {
            Extensions.setMinRnrTimer(queuePair, code);
        }
    }

    @Override
    public void setAckTimeout(final long id, final int code) throws IOException {
        if (own) {
            Extensions.setAckTimeout(id, code);
        }
    }

    @Override
    public void breakQueuePair(final long queuePair) throws IOException {
        need(Extension.CONNECTION);
        Extensions.breakQueuePair(queuePair);
    }

    // ---- the data path

    @Override
    public int postSend(final long queuePair, final long workRequest) {
        if (own) {
            return Extensions.postSend(queuePair, workRequest);
        }
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
        if (own) {
            return Extensions.postReceive(queuePair, workRequest);
        }
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
        if (own) {
            return Extensions.poll(queue, count, completions);
        }
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
        if (!own) {
            throw new UnsupportedOperationException(missing(Extension.PROGRESS));
        }
        return Extensions.postAndPoll(posts, postCount, queue, count, completions);
    }

    // ---- waiting

    @Override
    public long createWaiter() throws IOException {
        return own ? Extensions.createWaiter() : waiters.create();
    }

    @Override
    public void destroyWaiter(final long waiter) {
        if (own) {
            Extensions.destroyWaiter(waiter);
        } else {
            waiters.destroy(waiter);
        }
    }

    @Override
    public void watch(final long waiter, final Watched kind, final long handle) throws IOException {
        if (own) {
            Extensions.watch(waiter, kind.ordinal(), handle);
        } else {
            waiters.watch(waiter);
        }
    }

    @Override
    public void unwatch(final long waiter, final Watched kind, final long handle) {
        if (own) {
            Extensions.unwatch(waiter, kind.ordinal(), handle);
        } else {
            waiters.unwatch(waiter);
        }
    }

    @Override
    public boolean await(final long waiter, final int timeoutMs) {
        return own ? Extensions.await(waiter, timeoutMs) : waiters.await(waiter, timeoutMs);
    }

    @Override
    public void wake(final long waiter) {
        if (own) {
            Extensions.wake(waiter);
        } else {
            waiters.wake(waiter);
        }
    }

    // ---- errors

    private void need(final Extension extension) throws IOException {
        if (!extensions.contains(extension)) {
            throw new IOException(missing(extension));
        }
    }

    private static String missing(final Extension extension) {
        return "this libdisni isn't Verbena's, and hasn't " + extension;
    }

    private String text(final String what, final int result) {
        return what
                + ": "
                + (own && result < 0 ? Extensions.errorText(-result) : "error " + result);
    }

    private void done(final String what, final int result) throws IOException {
        if (result != 0) {
            throw new IOException(text(what, result));
        }
    }

    /** What is destroyed is gone, whatever the device says; but what is in use can't be. */
    private void destroyed(final String what, final int result) {
        if (own && result == -EBUSY) {
            throw new IllegalStateException(what + ": it is still in use");
        }
        if (result != 0) {
            LOG.warn(text(what, result));
        }
    }
}
