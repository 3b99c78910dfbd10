// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.ConnectionParameters;
import io.verbena.rdma.verbs.Device;
import io.verbena.rdma.verbs.DeviceLimits;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.Layout;
import io.verbena.rdma.verbs.MemoryRegion;
import io.verbena.rdma.verbs.QueuePair;
import io.verbena.rdma.verbs.QueuePairLimits;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** A library's view of a {@link FakeFabric}. Each call is one step of the whole fabric. */
final class FakeVerbs implements Verbs {
    private static final int GUESSED_READS = 1;
    private static final byte[] NOTHING = {};

    private final FakeFabric fabric;
    private final Set<Extension> extensions;

    FakeVerbs(final FakeFabric fabric, final Set<Extension> extensions) {
        this.fabric = fabric;
        final EnumSet<Extension> copy = EnumSet.noneOf(Extension.class);
        copy.addAll(extensions);
        this.extensions = Collections.unmodifiableSet(copy);
    }

    /** A call that can fail. */
    private interface Call<T> {
        T run() throws IOException;
    }

    /** A call that can fail and returns nothing. */
    private interface Action {
        void run() throws IOException;
    }

    private <T> T io(final String verb, final Call<T> call) throws IOException {
        fabric.lock.lock();
        try {
            fabric.script.called(verb);
            return call.run();
        } finally {
            fabric.lock.unlock();
        }
    }

    private void act(final String verb, final Action action) throws IOException {
        io(
                verb,
                () -> {
                    action.run();
                    return null;
                });
    }

    /** What is to be destroyed is no more, even if that fails, as with a device that is gone. */
    private void actEvenSo(final String verb, final Runnable action) throws IOException {
        fabric.lock.lock();
        try {
            fabric.script.called(verb);
        } finally {
            try {
                action.run();
            } finally {
                fabric.lock.unlock();
            }
        }
    }

    private void simply(final String verb, final Runnable action) {
        simply(
                verb,
                () -> {
                    action.run();
                    return null;
                });
    }

    private <T> T simply(final String verb, final Supplier<T> call) {
        return fabric.lockedGet(
                () -> {
                    fabric.script.error(verb);
                    return call.get();
                });
    }

    private <T extends FakeObject> T find(final long handle, final Class<T> type) {
        return fabric.handles.find(handle, type);
    }

    private FakeId id(final long id) {
        return find(id, FakeId.class);
    }

    private FakeDevice presentDevice(final String verb, final long context) throws IOException {
        return find(context, FakeDevice.class).present(verb);
    }

    private void need(final Extension extension) {
        if (!extensions.contains(extension)) {
            throw fabric.violation("this library has no " + extension);
        }
    }

    // ---- what there is

    @Override
    public Set<Extension> extensions() {
        return extensions;
    }

    @Override
    public String description() {
        return "fake fabric " + extensions;
    }

    @Override
    public long addressOf(final ByteBuffer direct) {
        return fabric.memory.addressOf(direct);
    }

    // ---- the connection manager

    @Override
    public long createEventChannel() throws IOException {
        return io("createEventChannel", () -> new FakeEventChannel(fabric).handle);
    }

    @Override
    public void destroyEventChannel(final long channel) {
        simply("destroyEventChannel", () -> find(channel, FakeEventChannel.class).destroy());
    }

    @Override
    public CmEvent cmEvent(final long channel) throws IOException {
        return io(
                "cmEvent",
                () -> {
                    final FakeEventChannel.Entry entry =
                            find(channel, FakeEventChannel.class).entries.poll();
                    if (entry == null) {
                        return null;
                    }
                    entry.whenFetched().run();
                    final CmEvent event = entry.event();
                    return extensions.contains(Extension.CONNECTION)
                            ? event
                            : new CmEvent(
                                    event.type(), -1, event.id(), event.listenId(), NOTHING, 0, 0);
                });
    }

    @Override
    public long createId(final long channel) throws IOException {
        return io("createId", () -> new FakeId(find(channel, FakeEventChannel.class)).handle);
    }

    @Override
    public void destroyId(final long id) {
        simply("destroyId", () -> fabric.connections.destroyId(id(id)));
    }

    @Override
    public void migrateId(final long id, final long channel) throws IOException {
        need(Extension.CONNECTION);
        act(
                "migrateId",
                () -> fabric.connections.migrate(id(id), find(channel, FakeEventChannel.class)));
    }

    @Override
    public void bind(final long id, final InetSocketAddress address) throws IOException {
        checkFamily("bind", address);
        act("bind", () -> fabric.connections.bind(id(id), address));
    }

    @Override
    public void listen(final long id, final int backlog) throws IOException {
        act("listen", () -> fabric.connections.listen(id(id), backlog));
    }

    @Override
    public void resolveAddress(final long id, final InetSocketAddress target, final int timeoutMs)
            throws IOException {
        checkFamily("resolveAddress", target);
        act("resolveAddress", () -> fabric.connections.resolveAddress(id(id), target));
    }

    private void checkFamily(final String verb, final InetSocketAddress address)
            throws IOException {
        if (address.getAddress() instanceof Inet6Address && !extensions.contains(Extension.IPV6)) {
            throw new IOException(verb + ": Address family not supported by protocol");
        }
    }

    @Override
    public void resolveRoute(final long id, final int timeoutMs) throws IOException {
        act("resolveRoute", () -> fabric.connections.resolveRoute(id(id)));
    }

    @Override
    public void connect(final long id, final ConnectionParameters parameters) throws IOException {
        act("connect", () -> fabric.connections.connect(id(id), negotiable(parameters)));
    }

    @Override
    public void accept(final long id, final ConnectionParameters parameters) throws IOException {
        if (parameters.privateData().length > 0) {
            need(Extension.CONNECTION);
        }
        act("accept", () -> fabric.connections.accept(id(id), negotiable(parameters)));
    }

    private ConnectionParameters negotiable(final ConnectionParameters asked) {
        return extensions.contains(Extension.CONNECTION)
                ? asked
                : new ConnectionParameters(
                        asked.privateData(),
                        GUESSED_READS,
                        GUESSED_READS,
                        asked.retryCount(),
                        asked.rnrRetryCount());
    }

    @Override
    public void reject(final long id, final byte[] privateData) throws IOException {
        need(Extension.CONNECTION);
        act("reject", () -> fabric.connections.reject(id(id), privateData));
    }

    @Override
    public void disconnect(final long id) throws IOException {
        act("disconnect", () -> fabric.connections.disconnect(id(id)));
    }

    @Override
    public InetSocketAddress localAddress(final long id) {
        return simply("localAddress", () -> id(id).local);
    }

    @Override
    public InetSocketAddress remoteAddress(final long id) {
        return simply("remoteAddress", () -> id(id).remote);
    }

    @Override
    public long context(final long id) {
        return simply(
                "context",
                () -> {
                    final FakeDevice device = id(id).device;
                    return device == null ? 0L : device.handle;
                });
    }

    @Override
    public int port(final long id) {
        return simply("port", () -> extensions.contains(Extension.PORT) ? id(id).port : 0);
    }

    // ---- devices

    @Override
    public List<Device> devices() throws IOException {
        return io(
                "devices",
                () ->
                        extensions.contains(Extension.DEVICE)
                                ? fabric.presentDevices().stream()
                                        .map(device -> device.device)
                                        .toList()
                                : List.of());
    }

    @Override
    public DeviceLimits limits(final long context) throws IOException {
        return io(
                "limits",
                () ->
                        extensions.contains(Extension.DEVICE)
                                ? presentDevice("limits", context).device.limits()
                                : new DeviceLimits(
                                        1024, 1024, 65_536, 1024, 1L << 30, GUESSED_READS, ""));
    }

    @Override
    public AsyncEvent asyncEvent(final long context) throws IOException {
        return io(
                "asyncEvent",
                () ->
                        extensions.contains(Extension.ASYNC_EVENTS)
                                ? find(context, FakeDevice.class).events.poll()
                                : null);
    }

    @Override
    public long allocateProtectionDomain(final long context) throws IOException {
        final String verb = "allocateProtectionDomain";
        return io(verb, () -> new FakeDomain(fabric, presentDevice(verb, context)).handle);
    }

    @Override
    public void deallocateProtectionDomain(final long domain) throws IOException {
        actEvenSo("deallocateProtectionDomain", () -> find(domain, FakeDomain.class).destroy());
    }

    @Override
    public MemoryRegion register(
            final long domain, final long address, final long length, final int access)
            throws IOException {
        return io(
                "register",
                () -> {
                    final FakeDomain in = find(domain, FakeDomain.class);
                    return in.device.register(in, address, length, access).region;
                });
    }

    @Override
    public void deregister(final MemoryRegion region) throws IOException {
        actEvenSo("deregister", () -> find(region.handle(), FakeRegion.class).destroy());
    }

    // ---- completion queues

    @Override
    public long createCompletionChannel(final long context) throws IOException {
        final String verb = "createCompletionChannel";
        return io(
                verb, () -> new FakeCompletionChannel(fabric, presentDevice(verb, context)).handle);
    }

    @Override
    public void destroyCompletionChannel(final long channel) {
        simply(
                "destroyCompletionChannel",
                () -> find(channel, FakeCompletionChannel.class).destroy());
    }

    @Override
    public long createCompletionQueue(final long context, final long channel, final int entries)
            throws IOException {
        return io(
                "createCompletionQueue",
                () -> {
                    final FakeCompletionChannel to = find(channel, FakeCompletionChannel.class);
                    return find(context, FakeDevice.class).completionQueue(to, entries).handle;
                });
    }

    @Override
    public void destroyCompletionQueue(final long queue) {
        simply("destroyCompletionQueue", () -> find(queue, FakeCompletionQueue.class).destroy());
    }

    @Override
    public void requestNotification(final long queue) throws IOException {
        act("requestNotification", () -> find(queue, FakeCompletionQueue.class).arm());
    }

    @Override
    public int takeNotifications(final long channel, final long queue) {
        return simply(
                "takeNotifications",
                () ->
                        find(queue, FakeCompletionQueue.class)
                                .takeNotifications(find(channel, FakeCompletionChannel.class)));
    }

    // ---- queue pairs

    @Override
    public QueuePair createQueuePair(
            final long id,
            final long domain,
            final long completionQueue,
            final QueuePairLimits limits)
            throws IOException {
        return io(
                "createQueuePair",
                () -> {
                    final FakeDomain in = find(domain, FakeDomain.class);
                    final FakeCompletionQueue to = find(completionQueue, FakeCompletionQueue.class);
                    final boolean granted = extensions.contains(Extension.GRANTED);
                    final FakeQueuePair made = in.device.queuePair(id(id), in, to, limits, granted);
                    return new QueuePair(made.handle, made.number, granted ? made.maxInline : 0);
                });
    }

    @Override
    public void destroyQueuePair(final long id) {
        simply(
                "destroyQueuePair",
                () -> {
                    final FakeId of = id(id);
                    if (of.queuePair == null) {
                        throw fabric.violation(of + " has no queue pair");
                    }
                    of.queuePair.destroy();
                    of.queuePair = null;
                });
    }

    @Override
    public void setMinRnrTimer(final long queuePair, final int code) throws IOException {
        act(
                "setMinRnrTimer",
                () -> {
                    final FakeQueuePair.State state = find(queuePair, FakeQueuePair.class).state;
                    if (state != FakeQueuePair.State.READY || code < 0 || code > 31) {
                        throw new IOException("setMinRnrTimer: Invalid argument");
                    }
                });
    }

    @Override
    public void setAckTimeout(final long id, final int code) throws IOException {
        act(
                "setAckTimeout",
                () -> {
                    id(id);
                    if (code < 0 || code > 31) {
                        throw new IOException("setAckTimeout: Invalid argument");
                    }
                });
    }

    @Override
    public void breakQueuePair(final long queuePair) throws IOException {
        need(Extension.CONNECTION);
        act("breakQueuePair", () -> find(queuePair, FakeQueuePair.class).fail());
    }

    // ---- the data path

    @Override
    public int postSend(final long queuePair, final long workRequest) {
        fabric.lock.lock();
        try {
            final int error = fabric.script.error("postSend");
            final FakeQueuePair at = find(queuePair, FakeQueuePair.class);
            return error != 0 ? error : at.postSends(workRequest);
        } finally {
            fabric.lock.unlock();
        }
    }

    @Override
    public int postReceive(final long queuePair, final long workRequest) {
        fabric.lock.lock();
        try {
            final int error = fabric.script.error("postReceive");
            final FakeQueuePair at = find(queuePair, FakeQueuePair.class);
            return error != 0 ? error : at.postReceives(workRequest);
        } finally {
            fabric.lock.unlock();
        }
    }

    @Override
    public int poll(final long queue, final int count, final long completions) {
        final FakeCompletionQueue at = find(queue, FakeCompletionQueue.class);
        if (at.idle() && !fabric.engine.busy() && !fabric.script.active()) {
            return 0;
        }
        fabric.lock.lock();
        try {
            final int error = fabric.script.error("poll");
            if (error != 0) {
                return -error;
            }
            fabric.engine.step(find(queue, FakeCompletionQueue.class));
            return at.poll(count, completions);
        } finally {
            fabric.lock.unlock();
        }
    }

    @Override
    public int postAndPoll(
            final long posts,
            final int postCount,
            final long queue,
            final int count,
            final long completions) {
        need(Extension.PROGRESS);
        if (postCount > 0) {
            final FakeMemory.Block block =
                    fabric.memory.block(posts, (long) postCount * Layout.POST_BYTES);
            for (int i = 0; i < postCount; i++) {
                final int index = block.index(posts) + i * Layout.POST_BYTES;
                block.buffer.putLong(index + Layout.POST_ERROR, post(block.buffer, index));
            }
        }
        return queue == 0 ? 0 : poll(queue, count, completions);
    }

    private int post(final ByteBuffer memory, final int index) {
        final long queuePair = memory.getLong(index + Layout.POST_QUEUE_PAIR);
        final long receive = memory.getLong(index + Layout.POST_RECEIVE);
        final long send = memory.getLong(index + Layout.POST_SEND);
        final int error = receive == 0 ? 0 : postReceive(queuePair, receive);
        return error != 0 || send == 0 ? error : postSend(queuePair, send);
    }

    // ---- waiting

    @Override
    public long createWaiter() throws IOException {
        return io(
                "createWaiter",
                () -> {
                    final FakeWaiter waiter = new FakeWaiter(fabric);
                    fabric.waiters.add(waiter);
                    return waiter.handle;
                });
    }

    @Override
    public void destroyWaiter(final long waiter) {
        simply(
                "destroyWaiter",
                () -> {
                    final FakeWaiter found = find(waiter, FakeWaiter.class);
                    found.destroy();
                    fabric.waiters.remove(found);
                });
    }

    @Override
    public void watch(final long waiter, final Watched kind, final long handle) throws IOException {
        act("watch", () -> find(waiter, FakeWaiter.class).watch(source(kind, handle)));
    }

    @Override
    public void unwatch(final long waiter, final Watched kind, final long handle) {
        simply("unwatch", () -> find(waiter, FakeWaiter.class).unwatch(source(kind, handle)));
    }

    private FakeSource source(final Watched kind, final long handle) {
        return switch (kind) {
            case EVENT_CHANNEL -> find(handle, FakeEventChannel.class);
            case COMPLETION_CHANNEL -> find(handle, FakeCompletionChannel.class);
            case CONTEXT -> find(handle, FakeDevice.class);
        };
    }

    @Override
    public boolean await(final long waiter, final int timeoutMs) {
        return fabric.lockedGet(() -> find(waiter, FakeWaiter.class).await(timeoutMs));
    }

    @Override
    public void wake(final long waiter) {
        fabric.locked(() -> find(waiter, FakeWaiter.class).wake());
    }
}
