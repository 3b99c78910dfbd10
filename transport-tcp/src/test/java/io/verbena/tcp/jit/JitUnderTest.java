// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.jit;

import io.verbena.tcp.InetUnderTest;

/** OpenJ9's own framing, over TCP or TLS. */
class JitUnderTest implements InetUnderTest {
    private final String scheme;

    /** Both ends have that scheme. */
    JitUnderTest(final String scheme) {
        this.scheme = scheme;
    }

    @Override
    public String scheme() {
        return scheme;
    }
}
