// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import io.verbena.rdma.verbs.CmEvent;
import java.util.ArrayDeque;
import java.util.Deque;

/** A channel of the connection manager's events. */
final class FakeEventChannel extends FakeSource {
    final Deque<Entry> entries = new ArrayDeque<>();

    /** The ids whose events go here. */
    int ids;

    FakeEventChannel(final FakeFabric fabric) {
        super(fabric, "event channel");
    }

    /** An event, and what the library does when it is fetched. */
    record Entry(FakeId id, CmEvent event, Runnable whenFetched) {}

    void add(final Entry entry) {
        entries.add(entry);
        signal();
    }

    @Override
    boolean ready() {
        return !entries.isEmpty();
    }

    void destroy() {
        if (ids != 0) {
            throw fabric.violation(this + " is destroyed before its " + ids + " ids");
        }
        checkUnwatched();
        forget();
    }
}
