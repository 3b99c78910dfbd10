// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.fake.Delivery;
import io.verbena.rdma.fake.FakeFabric;

/** The contract, over a fabric that executes late and completes later. */
class FakeLateContractTest extends FakeContractTest {
    @Override
    void prepare(final FakeFabric newFabric) {
        newFabric.delivery(Delivery.ON_POLL).delays(4711, 3);
    }
}
