// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.testkit.TransportUnderTest;

/** Streams, over {@code auto+tls} where there is nothing but TLS. */
class AutoTlsStreamContractTest extends TlsStreamContractTest {
    @Override
    TransportUnderTest transport() {
        return new AutoTlsContractTest();
    }
}
