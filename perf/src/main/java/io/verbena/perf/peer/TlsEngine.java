// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.peer;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Whose {@link javax.net.ssl.SSLEngine} encrypts. */
public enum TlsEngine {
    /** The JDK's own. */
    JDK(SslProvider.JDK),

    /** BoringSSL, by netty-tcnative. */
    BORINGSSL(SslProvider.OPENSSL_REFCNT);

    private final SslProvider provider;

    TlsEngine(final SslProvider provider) {
        this.provider = provider;
    }

    SslProvider provider() {
        if (this == BORINGSSL) {
            OpenSsl.ensureAvailability();
        }
        return provider;
    }
}
