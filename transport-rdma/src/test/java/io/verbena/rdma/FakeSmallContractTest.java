// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma;

import io.verbena.rdma.verbs.Extension;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

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

    @Test
    @Disabled(
            "without eager payloads every response is written by the peer's device, late ones too")
    @Override
    public void aLateResponseTouchesNothing() {}
}
