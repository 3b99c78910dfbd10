// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** The versions of TLS that may be used; those before have been given up (RFC 8996). */
public enum TlsVersion {
    /** RFC 5246. */
    TLS_1_2("TLSv1.2"),

    /** RFC 8446. */
    TLS_1_3("TLSv1.3");

    private final String protocol;

    TlsVersion(final String protocol) {
        this.protocol = protocol;
    }

    /**
     * The JDK's name of it.
     *
     * @return for example {@code TLSv1.3}.
     */
    public String protocol() {
        return protocol;
    }
}
