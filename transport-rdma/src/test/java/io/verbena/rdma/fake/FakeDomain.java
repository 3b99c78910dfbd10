// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.fake;

/** A protection domain. */
final class FakeDomain extends FakeObject {
    final FakeDevice device;
    private int users;

    FakeDomain(final FakeFabric fabric, final FakeDevice device) {
        super(fabric, "protection domain");
        this.device = device;
    }

    void used() {
        users++;
    }

    void unused() {
        users--;
    }

    void destroy() {
        if (users != 0) {
            throw fabric.violation(this + " still has " + users + " queue pairs and regions");
        }
        forget();
    }
}
