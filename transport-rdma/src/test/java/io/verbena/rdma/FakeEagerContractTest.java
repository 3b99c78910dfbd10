// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Extension;
import java.util.EnumSet;
import java.util.Set;

/** The contract, where nearly all is eager, and the granted inline size unknown. */
class FakeEagerContractTest extends FakeContractTest {
    @Override
    Set<Extension> extensions() {
        return EnumSet.complementOf(EnumSet.of(Extension.GRANTED, Extension.TIMERS));
    }

    @Override
    RdmaOptions options() {
        return new RdmaOptions(8192, 32, 2, 220, 200);
    }
}
