// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.testkit.mem.MemFaults;

/** The contract, where each data connection is refused and all sessions fall back. */
class AutoMemRefusedContractTest extends AutoMemContractTest {
    @Override
    void misbehave(final MemFaults faults) {
        if (faults.toString().contains(AutoMemTransportProvider.DATA)) {
            faults.refuseConnects(true);
        }
    }
}
