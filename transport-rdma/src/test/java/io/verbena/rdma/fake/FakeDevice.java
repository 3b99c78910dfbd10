// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.Access;
import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Device;
import io.verbena.rdma.verbs.DeviceLimits;
import io.verbena.rdma.verbs.QueuePairLimits;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

/** An open device: what is made on it, within its limits, and its asynchronous events. */
final class FakeDevice extends FakeSource {
    final Device device;
    final Queue<AsyncEvent> events = new ArrayDeque<>();
    boolean removed;

    FakeDevice(final FakeFabric fabric, final Device device) {
        super(fabric, "device " + device.name());
        this.device = device;
    }

    void event(final int type, final String name, final long element) {
        events.add(new AsyncEvent(type, name, element));
        signal();
    }

    FakeDevice present(final String verb) throws IOException {
        if (removed) {
            throw new IOException(verb + ": No such device");
        }
        return this;
    }

    FakeRegion register(
            final FakeDomain domain, final long address, final long length, final int access)
            throws IOException {
        present("register");
        final DeviceLimits limits = device.limits();
        final boolean forOthersOnly =
                (access & (Access.REMOTE_WRITE | Access.LOCAL_WRITE)) == Access.REMOTE_WRITE;
        if (length <= 0 || forOthersOnly) {
            throw new IOException("register: Invalid argument");
        }
        if (length > limits.maxRegionBytes()
                || fabric.handles.all(FakeRegion.class).size() >= limits.maxMemoryRegions()) {
            throw new IOException("register: Cannot allocate memory, " + length + " bytes");
        }
        final FakeMemory.Block block = fabric.memory.find(address, length);
        if (block == null) {
            throw new IOException("register: Bad address");
        }
        return new FakeRegion(domain, block, address, length, access);
    }

    FakeCompletionQueue completionQueue(final FakeCompletionChannel channel, final int entries)
            throws IOException {
        present("createCompletionQueue");
        if (entries < 1 || entries > device.limits().maxCompletions()) {
            throw new IOException("createCompletionQueue: Invalid argument");
        }
        return new FakeCompletionQueue(fabric, this, channel, entries);
    }

    /** Of as many inline bytes as there can be, if the caller will know how many those are. */
    FakeQueuePair queuePair(
            final FakeId id,
            final FakeDomain domain,
            final FakeCompletionQueue queue,
            final QueuePairLimits asked,
            final boolean lessInline)
            throws IOException {
        if (id.queuePair != null) {
            throw fabric.violation(id + " has " + id.queuePair + " already");
        }
        present("createQueuePair");
        final DeviceLimits limits = device.limits();
        if (id.device != this
                || domain.device != this
                || queue.device != this
                || asked.maxSends() > limits.maxWorkRequests()
                || asked.maxReceives() > limits.maxWorkRequests()
                || (asked.maxInline() > fabric.maxInline && !lessInline)) {
            throw new IOException("createQueuePair: Invalid argument");
        }
        if (fabric.handles.all(FakeQueuePair.class).size() >= limits.maxQueuePairs()) {
            throw new IOException("createQueuePair: Cannot allocate memory");
        }
        final int inline = Math.min(asked.maxInline(), fabric.maxInline);
        id.queuePair =
                new FakeQueuePair(id, domain, queue, asked, fabric.nextQueuePairNumber(), inline);
        return id.queuePair;
    }

    @Override
    boolean ready() {
        return !events.isEmpty();
    }

    @Override
    boolean permanent() {
        return true;
    }
}
