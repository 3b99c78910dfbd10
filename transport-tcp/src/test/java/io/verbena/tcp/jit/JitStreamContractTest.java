// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.testkit.StreamContract;
import io.verbena.testkit.TransportUnderTest;

/** Streams in OpenJ9's own framing: what holds over sessions holds without. */
class JitStreamContractTest extends StreamContract {
    private final TransportUnderTest jit = new JitUnderTest("jit");

    @Override
    protected TransportUnderTest transport() {
        return jit;
    }
}
