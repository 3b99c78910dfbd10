// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.CmEvent;
import io.verbena.rdma.verbs.ConnectionParameters;
import io.verbena.rdma.verbs.Device;
import io.verbena.rdma.verbs.DeviceLimits;
import io.verbena.rdma.verbs.Extension;
import io.verbena.rdma.verbs.MemoryRegion;
import io.verbena.rdma.verbs.QueuePair;
import io.verbena.rdma.verbs.QueuePairLimits;
import io.verbena.rdma.verbs.Verbs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Verbs whose calls {@link VerbsCalls} counts. */
final class CountingVerbs implements Verbs {
    private final Verbs verbs;

    CountingVerbs(final Verbs verbs) {
        this.verbs = verbs;
    }

    private static int counted(final int found, final boolean posted) {
        if (posted || found != 0) {
            VerbsCalls.data();
        } else {
            VerbsCalls.empty();
        }
        return found;
    }

    private static <E> @Nullable E counted(final @Nullable E event) {
        if (event == null) {
            VerbsCalls.empty();
        } else {
            VerbsCalls.control();
        }
        return event;
    }

    @Override
    public Set<Extension> extensions() {
        return verbs.extensions();
    }

    @Override
    public String description() {
        return verbs.description();
    }

    @Override
    public long addressOf(final ByteBuffer direct) {
        VerbsCalls.control();
        return verbs.addressOf(direct);
    }

    @Override
    public long createEventChannel() throws IOException {
        VerbsCalls.control();
        return verbs.createEventChannel();
    }

    @Override
    public void destroyEventChannel(final long channel) {
        VerbsCalls.control();
        verbs.destroyEventChannel(channel);
    }

    @Override
    public @Nullable CmEvent cmEvent(final long channel) throws IOException {
        return counted(verbs.cmEvent(channel));
    }

    @Override
    public long createId(final long channel) throws IOException {
        VerbsCalls.control();
        return verbs.createId(channel);
    }

    @Override
    public void destroyId(final long id) {
        VerbsCalls.control();
        verbs.destroyId(id);
    }

    @Override
    public void migrateId(final long id, final long channel) throws IOException {
        VerbsCalls.control();
        verbs.migrateId(id, channel);
    }

    @Override
    public void bind(final long id, final InetSocketAddress address) throws IOException {
        VerbsCalls.control();
        verbs.bind(id, address);
    }

    @Override
    public void listen(final long id, final int backlog) throws IOException {
        VerbsCalls.control();
        verbs.listen(id, backlog);
    }

    @Override
    public void resolveAddress(final long id, final InetSocketAddress target, final int timeoutMs)
            throws IOException {
        VerbsCalls.control();
        verbs.resolveAddress(id, target, timeoutMs);
    }

    @Override
    public void resolveRoute(final long id, final int timeoutMs) throws IOException {
        VerbsCalls.control();
        verbs.resolveRoute(id, timeoutMs);
    }

    @Override
    public void connect(final long id, final ConnectionParameters parameters) throws IOException {
        VerbsCalls.control();
        verbs.connect(id, parameters);
    }

    @Override
    public void accept(final long id, final ConnectionParameters parameters) throws IOException {
        VerbsCalls.control();
        verbs.accept(id, parameters);
    }

    @Override
    public void reject(final long id, final byte[] privateData) throws IOException {
        VerbsCalls.control();
        verbs.reject(id, privateData);
    }

    @Override
    public void disconnect(final long id) throws IOException {
        VerbsCalls.control();
        verbs.disconnect(id);
    }

    @Override
    public @Nullable InetSocketAddress localAddress(final long id) {
        VerbsCalls.control();
        return verbs.localAddress(id);
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress(final long id) {
        VerbsCalls.control();
        return verbs.remoteAddress(id);
    }

    @Override
    public long context(final long id) {
        VerbsCalls.control();
        return verbs.context(id);
    }

    @Override
    public int port(final long id) {
        VerbsCalls.control();
        return verbs.port(id);
    }

    @Override
    public List<Device> devices() throws IOException {
        VerbsCalls.control();
        return verbs.devices();
    }

    @Override
    public DeviceLimits limits(final long context) throws IOException {
        VerbsCalls.control();
        return verbs.limits(context);
    }

    @Override
    public @Nullable AsyncEvent asyncEvent(final long context) throws IOException {
        return counted(verbs.asyncEvent(context));
    }

    @Override
    public long allocateProtectionDomain(final long context) throws IOException {
        VerbsCalls.control();
        return verbs.allocateProtectionDomain(context);
    }

    @Override
    public void deallocateProtectionDomain(final long domain) throws IOException {
        VerbsCalls.control();
        verbs.deallocateProtectionDomain(domain);
    }

    @Override
    public MemoryRegion register(
            final long domain, final long address, final long length, final int access)
            throws IOException {
        VerbsCalls.control();
        return verbs.register(domain, address, length, access);
    }

    @Override
    public void deregister(final MemoryRegion region) throws IOException {
        VerbsCalls.control();
        verbs.deregister(region);
    }

    @Override
    public long createCompletionChannel(final long context) throws IOException {
        VerbsCalls.control();
        return verbs.createCompletionChannel(context);
    }

    @Override
    public void destroyCompletionChannel(final long channel) {
        VerbsCalls.control();
        verbs.destroyCompletionChannel(channel);
    }

    @Override
    public long createCompletionQueue(final long context, final long channel, final int entries)
            throws IOException {
        VerbsCalls.control();
        return verbs.createCompletionQueue(context, channel, entries);
    }

    @Override
    public void destroyCompletionQueue(final long queue) {
        VerbsCalls.control();
        verbs.destroyCompletionQueue(queue);
    }

    @Override
    public void requestNotification(final long queue) throws IOException {
        VerbsCalls.control();
        verbs.requestNotification(queue);
    }

    @Override
    public int takeNotifications(final long channel, final long queue) {
        VerbsCalls.control();
        return verbs.takeNotifications(channel, queue);
    }

    @Override
    public QueuePair createQueuePair(
            final long id,
            final long domain,
            final long completionQueue,
            final QueuePairLimits limits)
            throws IOException {
        VerbsCalls.control();
        return verbs.createQueuePair(id, domain, completionQueue, limits);
    }

    @Override
    public void destroyQueuePair(final long id) {
        VerbsCalls.control();
        verbs.destroyQueuePair(id);
    }

    @Override
    public void setMinRnrTimer(final long queuePair, final int code) throws IOException {
        VerbsCalls.control();
        verbs.setMinRnrTimer(queuePair, code);
    }

    @Override
    public void setAckTimeout(final long id, final int code) throws IOException {
        VerbsCalls.control();
        verbs.setAckTimeout(id, code);
    }

    @Override
    public void breakQueuePair(final long queuePair) throws IOException {
        VerbsCalls.control();
        verbs.breakQueuePair(queuePair);
    }

    @Override
    public int postSend(final long queuePair, final long workRequest) {
        VerbsCalls.data();
        return verbs.postSend(queuePair, workRequest);
    }

    @Override
    public int postReceive(final long queuePair, final long workRequest) {
        VerbsCalls.data();
        return verbs.postReceive(queuePair, workRequest);
    }

    @Override
    public int poll(final long queue, final int count, final long completions) {
        return counted(verbs.poll(queue, count, completions), false);
    }

    @Override
    public int postAndPoll(
            final long posts,
            final int postCount,
            final long queue,
            final int count,
            final long completions) {
        return counted(
                verbs.postAndPoll(posts, postCount, queue, count, completions), postCount > 0);
    }

    @Override
    public long createWaiter() throws IOException {
        VerbsCalls.control();
        return verbs.createWaiter();
    }

    @Override
    public void destroyWaiter(final long waiter) {
        VerbsCalls.control();
        verbs.destroyWaiter(waiter);
    }

    @Override
    public void watch(final long waiter, final Watched kind, final long handle) throws IOException {
        VerbsCalls.control();
        verbs.watch(waiter, kind, handle);
    }

    @Override
    public void unwatch(final long waiter, final Watched kind, final long handle) {
        VerbsCalls.control();
        verbs.unwatch(waiter, kind, handle);
    }

    @Override
    public boolean await(final long waiter, final int timeoutMs) {
        VerbsCalls.control();
        return verbs.await(waiter, timeoutMs);
    }

    @Override
    public void wake(final long waiter) {
        VerbsCalls.control();
        verbs.wake(waiter);
    }
}
