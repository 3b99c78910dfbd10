// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;

/** Streams, over TCP. */
class TcpStreamContractTest extends StreamContract {
    private final TransportUnderTest tcp = new TcpContractTest();

    @Override
    protected TransportUnderTest transport() {
        return tcp;
    }
}
