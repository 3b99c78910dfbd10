// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;

/** Streams, over TLS. */
class TlsStreamContractTest extends StreamContract {
    private final TransportUnderTest tls = new TlsContractTest();

    @Override
    protected TransportUnderTest transport() {
        return tls;
    }
}
