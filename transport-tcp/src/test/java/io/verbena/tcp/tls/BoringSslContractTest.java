// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.TlsOptions;
import io.verbena.testkit.TestCertificates;

/** The contract, over TLS 1.3 with BoringSSL at both ends. */
class BoringSslContractTest extends TlsContractTest {
    private static final TlsOptions SERVER =
            BoringSsl.server(TestCertificates.ec()).withHandshakeTimeoutNs(AGES_NS);
    private static final TlsOptions CLIENT =
            BoringSsl.client(TestCertificates.ec()).withHandshakeTimeoutNs(AGES_NS);

    @Override
    public TlsOptions serverTls() {
        return SERVER;
    }

    @Override
    public TlsOptions clientTls() {
        return CLIENT;
    }
}
