// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.testkit.mem.FastMemTransportProvider;
import org.junit.jupiter.api.BeforeEach;

/** The contract, where the fast transport is missing and all sessions fall back. */
class AutoMemAloneContractTest extends AutoMemContractTest {
    @BeforeEach
    void takeTheFastOne() {
        FastMemTransportProvider.missing("no such device");
    }
}
