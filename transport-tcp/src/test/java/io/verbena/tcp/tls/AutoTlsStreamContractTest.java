// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;

/** Streams, over {@code auto+tls} where there is nothing but TLS. */
class AutoTlsStreamContractTest extends StreamContract {
    private final TransportUnderTest auto = new AutoTlsContractTest();

    @Override
    protected TransportUnderTest transport() {
        return auto;
    }
}
