// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.AsyncEvent;
import io.verbena.rdma.verbs.Device;
import java.util.ArrayDeque;
import java.util.Queue;

/** An open device. */
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

    @Override
    boolean ready() {
        return !events.isEmpty();
    }

    @Override
    boolean permanent() {
        return true;
    }
}
