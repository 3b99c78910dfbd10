// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.tls;

import io.verbena.tcp.UnixContract;

/** The contract, over TLS 1.3 on Unix-domain sockets. */
class UnixTlsContractTest extends UnixContract implements OverTls {
    @Override
    protected String scheme() {
        return "unix+tls";
    }
}
