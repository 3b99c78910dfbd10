// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

/** What a handle stands for. */
abstract class FakeObject {
    final FakeFabric fabric;
    final String kind;
    final long handle;

    /** Where it was made. */
    final Throwable made = new Throwable("made here");

    FakeObject(final FakeFabric fabric, final String kind) {
        this.fabric = fabric;
        this.kind = kind;
        handle = fabric.handles.add(this);
    }

    /** Makes the handle stale. */
    final void forget() {
        fabric.handles.remove(this);
    }

    /** Is it there as long as its device is, whoever uses it? */
    boolean permanent() {
        return false;
    }

    @Override
    public String toString() {
        return kind + " 0x" + Long.toHexString(handle);
    }
}
