// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;

/** Streams, over {@code auto} where there is nothing but TCP. */
class AutoStreamContractTest extends StreamContract {
    private final TransportUnderTest auto = new AutoTcpContractTest();

    @Override
    protected TransportUnderTest transport() {
        return auto;
    }
}
