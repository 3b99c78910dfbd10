// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.fake.FakeFabric;

/** The contract, where an end that disconnects breaks the other's queue pair, as over iWARP. */
class FakeIwarpContractTest extends FakeContractTest {
    @Override
    void prepare(final FakeFabric newFabric) {
        newFabric.disconnectBreaksPeer(true);
    }
}
