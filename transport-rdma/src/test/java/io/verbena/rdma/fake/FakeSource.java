// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.util.ArrayList;
import java.util.List;

/** What can be waited for. */
abstract class FakeSource extends FakeObject {
    private final List<FakeWaiter> watchers = new ArrayList<>();

    FakeSource(final FakeFabric fabric, final String kind) {
        super(fabric, kind);
    }

    /** Has it something? */
    abstract boolean ready();

    /** Lets what is under way come a step nearer; says whether there is more. */
    boolean step() {
        return false;
    }

    final void watchedBy(final FakeWaiter waiter) {
        watchers.add(waiter);
    }

    final void unwatchedBy(final FakeWaiter waiter) {
        watchers.remove(waiter);
    }

    final void signal() {
        for (int i = 0; i < watchers.size(); i++) {
            watchers.get(i).signal();
        }
    }

    final void checkUnwatched() {
        if (!watchers.isEmpty()) {
            throw fabric.violation(this + " is destroyed but still watched by " + watchers);
        }
    }
}
