// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.MemoryRegion;

/** Registered memory. */
final class FakeRegion extends FakeObject {
    final FakeDomain domain;
    final MemoryRegion region;
    final FakeMemory.Block block;
    private final int access;

    FakeRegion(
            final FakeDomain domain,
            final FakeMemory.Block block,
            final long address,
            final long length,
            final int access) {
        super(domain.fabric, "memory region");
        this.domain = domain;
        this.block = block;
        this.access = access;
        final int key = fabric.keys.add(this);
        region =
                new MemoryRegion(
                        handle, address, length, FakeKeys.local(key), FakeKeys.remote(key));
        domain.used();
    }

    void destroy() {
        fabric.keys.remove(this);
        domain.unused();
        forget();
    }

    /** Is this range within it, with these rights, for a queue pair of this domain? */
    boolean grants(final FakeDomain user, final long address, final long length, final int rights) {
        return user == domain
                && (access & rights) == rights
                && address >= region.address()
                && address - region.address() + length <= region.length();
    }

    int index(final long address) {
        return block.index(address);
    }
}
