// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp;

/** The contract, over Unix-domain sockets. */
class UnixContractTest extends UnixContract {
    @Override
    protected String scheme() {
        return "unix";
    }
}
