// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Extension;
import java.util.EnumSet;
import java.util.Set;

/** The contract, with the least of everything: whatever can wait has to. */
class FakeSmallContractTest extends FakeContractTest {
    @Override
    Set<Extension> extensions() {
        return EnumSet.complementOf(EnumSet.of(Extension.PROGRESS));
    }

    @Override
    RdmaOptions options() {
        return new RdmaOptions(0, 32, 1, 0, 200);
    }
}
