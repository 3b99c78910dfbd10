// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

/** The contract, over {@code auto} where there is nothing but TCP: each session falls back. */
class AutoTcpContractTest extends InetContract {
    @Override
    public String scheme() {
        return "auto";
    }
}
