// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

/** The contract, over {@code auto+tls} where there is nothing but TLS: each session falls back. */
class AutoTlsContractTest extends TlsContractTest {
    @Override
    public String scheme() {
        return "auto+tls";
    }
}
