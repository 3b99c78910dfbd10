// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.util.Arrays;

/**
 * The keys of memory regions. A local and a remote key are never the same, and a key isn't used
 * again soon, so that the wrong one doesn't work by chance.
 */
final class FakeKeys {
    private static final int REMOTE = 0x80;
    private static final int GENERATIONS = 0x7f;

    private FakeRegion[] regions = new FakeRegion[16];
    private int generation;

    int add(final FakeRegion region) {
        int slot = 0;
        while (slot < regions.length && regions[slot] != null) {
            slot++;
        }
        if (slot == regions.length) {
            regions = Arrays.copyOf(regions, 2 * slot);
        }
        regions[slot] = region;
        generation = (generation + 1) % GENERATIONS;
        return (slot + 1) << 8 | (generation + 1);
    }

    void remove(final FakeRegion region) {
        regions[(region.region.lkey() >>> 8) - 1] = null;
    }

    static int local(final int key) {
        return key;
    }

    static int remote(final int key) {
        return key | REMOTE;
    }

    FakeRegion byLocal(final int lkey) {
        final FakeRegion region = at(lkey);
        return region != null && region.region.lkey() == lkey ? region : null;
    }

    FakeRegion byRemote(final int rkey) {
        final FakeRegion region = at(rkey);
        return region != null && region.region.rkey() == rkey ? region : null;
    }

    private FakeRegion at(final int key) {
        final int slot = (key >>> 8) - 1;
        return slot >= 0 && slot < regions.length ? regions[slot] : null;
    }
}
