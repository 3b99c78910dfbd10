// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.TlsOptions;
import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TestCertificates;
import io.verbena.testkit.TransportUnderTest;

/** Streams in OpenJ9's own framing, over TLS. */
class JitTlsStreamContractTest extends StreamContract {
    // Made once: each reads its files.
    private static final TlsOptions SERVER = TestCertificates.ec().serverOptions();
    private static final TlsOptions CLIENT = TestCertificates.ec().clientOptions();

    private final TransportUnderTest jit =
            new JitUnderTest("jit+tls") {
                @Override
                public PortalOptions portalOptions() {
                    return super.portalOptions().withTls(SERVER);
                }

                @Override
                public ConnectOptions connectOptions() {
                    return super.connectOptions().withTls(CLIENT);
                }
            };

    @Override
    protected TransportUnderTest transport() {
        return jit;
    }
}
