// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.TlsOptions;
import io.verbena.testkit.TestCertificates;
import org.junit.jupiter.api.Tag;

/**
 * The contract, over TLS 1.3 with BoringSSL at both ends. Run on demand, with {@code
 * -Dtcp.excluded=}: its tests end with something left behind, and what that is isn't known yet.
 */
@Tag("boringssl")
class BoringSslContractTest extends TlsContractTest {
    private static final TlsOptions SERVER =
            BoringSsl.server(TestCertificates.ec()).withHandshakeTimeoutNs(AGES_NS);
    private static final TlsOptions CLIENT =
            BoringSsl.client(TestCertificates.ec()).withHandshakeTimeoutNs(AGES_NS);

    @Override
    TlsOptions serverTls() {
        return SERVER;
    }

    @Override
    TlsOptions clientTls() {
        return CLIENT;
    }
}
