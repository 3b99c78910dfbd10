// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.stream.StreamOptions;
import io.verbena.testkit.TestCertificates;

/** Streams in OpenJ9's own framing, over TLS. */
class JitTlsStreamContractTest extends JitStreamContractTest {
    @Override
    String scheme() {
        return "jit+tls";
    }

    @Override
    protected StreamOptions options() {
        final StreamOptions plain = super.options();
        return plain.withConnect(plain.connect().withTls(TestCertificates.ec().clientOptions()))
                .withPortal(plain.portal().withTls(TestCertificates.ec().serverOptions()));
    }
}
