// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Who is who: each handle is used once. Changed under the fabric's lock, read without. */
final class Handles {
    private static final int SLOT_BITS = 20;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;

    private final FakeFabric fabric;
    private volatile FakeObject[] objects = new FakeObject[64];
    private long serial;

    Handles(final FakeFabric fabric) {
        this.fabric = fabric;
    }

    long add(final FakeObject object) {
        int slot = 0;
        while (slot < objects.length && objects[slot] != null) {
            slot++;
        }
        final FakeObject[] larger =
                slot < objects.length ? objects : Arrays.copyOf(objects, 2 * objects.length);
        larger[slot] = object;
        objects = larger;
        serial++;
        return serial << SLOT_BITS | slot;
    }

    void remove(final FakeObject object) {
        final FakeObject[] all = objects;
        all[(int) object.handle & SLOT_MASK] = null;
        objects = all;
    }

    <T extends FakeObject> T find(final long handle, final Class<T> type) {
        final FakeObject[] all = objects;
        final int slot = (int) handle & SLOT_MASK;
        final FakeObject found = slot < all.length ? all[slot] : null;
        if (found == null || found.handle != handle || !type.isInstance(found)) {
            throw fabric.violation(
                    "0x" + Long.toHexString(handle) + " is no " + type.getSimpleName());
        }
        return type.cast(found);
    }

    <T extends FakeObject> List<T> all(final Class<T> type) {
        final List<T> found = new ArrayList<>();
        for (final FakeObject object : objects) {
            if (type.isInstance(object)) {
                found.add(type.cast(object));
            }
        }
        return found;
    }
}
