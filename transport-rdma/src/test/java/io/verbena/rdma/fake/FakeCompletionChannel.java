// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

import java.util.ArrayList;
import java.util.List;

/** Where completion queues' notifications go. */
final class FakeCompletionChannel extends FakeSource {
    final FakeDevice device;
    final List<FakeCompletionQueue> queues = new ArrayList<>();

    FakeCompletionChannel(final FakeFabric fabric, final FakeDevice device) {
        super(fabric, "completion channel");
        this.device = device;
    }

    @Override
    boolean ready() {
        for (int i = 0; i < queues.size(); i++) {
            if (queues.get(i).notifications > 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean step() {
        boolean more = false;
        for (int i = 0; i < queues.size(); i++) {
            more |= queues.get(i).step();
        }
        return more;
    }

    void destroy() {
        if (!queues.isEmpty()) {
            throw fabric.violation(this + " is destroyed before " + queues);
        }
        checkUnwatched();
        forget();
    }
}
