// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import com.ibm.disni.verbs.impl.NativeDispatcher;
import java.io.IOException;
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

/** The verbs by Verbena's own {@code libdisni.so}: DiSNI's natives, and {@link Extensions}. */
final class DisniExtendedVerbs extends DisniVerbs {
    private static final int EBUSY = 16;

    private final Set<Extension> extensions =
            Collections.unmodifiableSet(EnumSet.allOf(Extension.class));

    DisniExtendedVerbs(final NativeDispatcher disni) {
        super(disni);
    }

    @Override
    public Set<Extension> extensions() {
        return extensions;
    }

    @Override
    public String description() {
        return "libdisni " + Extensions.VERSION + " (" + Extensions.libraries() + ")";
    }

    @Override
    public long addressOf(final ByteBuffer direct) {
        return Extensions.addressOf(direct);
    }

    @Override
    String errorText(final int result) {
        return result < 0 ? Extensions.errorText(-result) : "error " + result;
    }

    @Override
    void destroyed(final String what, final int result) {
        if (result == -EBUSY) {
            throw new IllegalStateException(what + ": it is still in use");
        }
        super.destroyed(what, result);
    }

    // ---- the connection manager

    @Override
    public @Nullable CmEvent cmEvent(final long channel) throws IOException {
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

    @Override
    public void migrateId(final long id, final long channel) throws IOException {
        Extensions.migrate(id, channel);
    }

    @Override
    public void bind(final long id, final InetSocketAddress address) throws IOException {
        Extensions.bind(id, bytesOf(address), scopeOf(address), address.getPort());
    }

    @Override
    public void resolveAddress(final long id, final InetSocketAddress target, final int timeoutMs)
            throws IOException {
        Extensions.resolveAddress(
                id, bytesOf(target), scopeOf(target), target.getPort(), timeoutMs);
    }

    private static int scopeOf(final InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
    }

    @Override
    public void connect(final long id, final ConnectionParameters parameters) throws IOException {
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
        Extensions.reject(id, privateData);
    }

    @Override
    public @Nullable InetSocketAddress localAddress(final long id) {
        return addressOf(id, true);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(final long id) {
        return addressOf(id, false);
    }

    private static @Nullable InetSocketAddress addressOf(final long id, final boolean local) {
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

    @Override
    public int port(final long id) {
        return Extensions.port(id);
    }

    // ---- devices

    @Override
    public List<Device> devices() throws IOException {
        return DisniDevices.parse(Extensions.devices());
    }

    @Override
    public DeviceLimits limits(final long context) throws IOException {
        return DisniDevices.parseLimits(Extensions.limits(context));
    }

    @Override
    public @Nullable AsyncEvent asyncEvent(final long context) throws IOException {
        final long[] event = Extensions.asyncEvent(context);
        return event == null
                ? null
                : new AsyncEvent(
                        (int) event[0], Extensions.asyncEventName((int) event[0]), event[1]);
    }

    // ---- what is made of a device

    @Override
    public MemoryRegion register(
            final long domain, final long address, final long length, final int access)
            throws IOException {
        final int[] keys = new int[2];
        final long handle = Extensions.register(domain, address, length, access, keys);
        return new MemoryRegion(handle, address, length, keys[0], keys[1]);
    }

    @Override
    public int takeNotifications(final long channel, final long queue) {
        return Extensions.takeNotifications(channel, queue);
    }

    @Override
    public QueuePair createQueuePair(
            final long id,
            final long domain,
            final long completionQueue,
            final QueuePairLimits limits)
            throws IOException {
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

    @Override
    public void setMinRnrTimer(final long queuePair, final int code) throws IOException {
        Extensions.setMinRnrTimer(queuePair, code);
    }

    @Override
    public void setAckTimeout(final long id, final int code) throws IOException {
        Extensions.setAckTimeout(id, code);
    }

    @Override
    public void breakQueuePair(final long queuePair) throws IOException {
        Extensions.breakQueuePair(queuePair);
    }

    // ---- the data path

    @Override
    public int postSend(final long queuePair, final long workRequest) {
        return Extensions.postSend(queuePair, workRequest);
    }

    @Override
    public int postReceive(final long queuePair, final long workRequest) {
        return Extensions.postReceive(queuePair, workRequest);
    }

    @Override
    public int poll(final long queue, final int count, final long completions) {
        return Extensions.poll(queue, count, completions);
    }

    @Override
    public int postAndPoll(
            final long posts,
            final int postCount,
            final long queue,
            final int count,
            final long completions) {
        return Extensions.postAndPoll(posts, postCount, queue, count, completions);
    }

    // ---- waiting

    @Override
    public long createWaiter() throws IOException {
        return Extensions.createWaiter();
    }

    @Override
    public void destroyWaiter(final long waiter) {
        Extensions.destroyWaiter(waiter);
    }

    @Override
    public void watch(final long waiter, final Watched kind, final long handle) throws IOException {
        Extensions.watch(waiter, kind.ordinal(), handle);
    }

    @Override
    public void unwatch(final long waiter, final Watched kind, final long handle) {
        Extensions.unwatch(waiter, kind.ordinal(), handle);
    }

    @Override
    public boolean await(final long waiter, final int timeoutMs) {
        return DisniVirtualThreadWait.isDue()
                ? DisniVirtualThreadWait.await(waiter, timeoutMs)
                : Extensions.await(waiter, timeoutMs);
    }

    @Override
    public void wake(final long waiter) {
        Extensions.wake(waiter);
    }
}
