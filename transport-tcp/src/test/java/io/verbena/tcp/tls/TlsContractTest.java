// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.tcp.InetContract;

/** The contract, over TLS 1.3 with the JDK's engine and keys of elliptic curves. */
class TlsContractTest extends InetContract implements OverTls {
    @Override
    public String scheme() {
        return "tls";
    }
}
