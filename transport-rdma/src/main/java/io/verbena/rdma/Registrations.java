// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.EventReason;
import io.verbena.PoolUse;
import io.verbena.VerbenaException;
import io.verbena.rdma.verbs.Verbs;
import io.verbena.spi.PoolMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pools of an event queue, on each device that it uses. */
final class Registrations {
    private final RdmaPoller poller;
    private final Verbs verbs;
    private final RdmaOptions options;
    private final Map<Long, LocalDevice> devices = new HashMap<>();

    /** The same, for what is done again and again: an iterator would be garbage each time. */
    private LocalDevice[] allDevices = {};

    private final List<Pool> pools = new ArrayList<>();

    private record Pool(PoolMemory memory, PoolUse use) {}

    Registrations(final RdmaPoller poller, final Verbs verbs, final RdmaOptions options) {
        this.poller = poller;
        this.verbs = verbs;
        this.options = options;
    }

    /** What the event queue has of a device, made when it is first needed. */
    LocalDevice device(final long context) throws IOException {
        LocalDevice device = devices.get(context);
        if (device == null) {
            device = new LocalDevice(verbs, poller, context, options);
            try {
                for (final Pool pool : pools) {
                    device.register(pool.memory, pool.use);
                }
            } catch (final IOException | RuntimeException e) {
                device.close();
                throw e;
            }
            devices.put(context, device);
            allDevices = devices.values().toArray(LocalDevice[]::new);
        }
        return device;
    }

    void register(final PoolMemory memory, final PoolUse use) {
        for (final LocalDevice device : devices.values()) {
            try {
                device.register(memory, use);
            } catch (final IOException e) {
                throw new VerbenaException(
                        EventReason.LIMIT_REACHED,
                        "the pool can't be registered: " + e.getMessage(),
                        e);
            }
        }
        pools.add(new Pool(memory, use));
    }

    void deregister(final PoolMemory memory) {
        pools.removeIf(pool -> pool.memory.id() == memory.id());
        devices.values().forEach(device -> device.deregister(memory));
    }

    /** Reads the asynchronous events of the devices. */
    void readEvents() throws IOException {
        for (final LocalDevice device : allDevices) {
            device.domain().readEvents();
        }
    }

    void close() {
        devices.values().forEach(LocalDevice::close);
        devices.clear();
        allDevices = new LocalDevice[0];
    }
}
