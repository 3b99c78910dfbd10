// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

/** The contract, over TCP. */
class TcpContractTest extends InetContract {
    @Override
    public String scheme() {
        return "tcp";
    }
}
