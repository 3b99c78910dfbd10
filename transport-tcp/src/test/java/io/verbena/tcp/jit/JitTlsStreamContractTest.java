// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.ConnectOptions;
import io.verbena.PortalOptions;
import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TestCertificates;
import io.verbena.testkit.TransportUnderTest;

/** Streams in OpenJ9's own framing, over TLS. */
class JitTlsStreamContractTest extends StreamContract {
    private final TransportUnderTest jit =
            new JitUnderTest("jit+tls") {
                @Override
                public PortalOptions portalOptions() {
                    return super.portalOptions().withTls(TestCertificates.ec().serverOptions());
                }

                @Override
                public ConnectOptions connectOptions() {
                    return super.connectOptions().withTls(TestCertificates.ec().clientOptions());
                }
            };

    @Override
    protected TransportUnderTest transport() {
        return jit;
    }
}
