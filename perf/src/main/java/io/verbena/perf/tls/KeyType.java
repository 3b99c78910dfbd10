// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.tls;

import io.netty.pkitesting.CertificateBuilder.Algorithm;

/** The kind of a certificate's key. */
public enum KeyType {
    /** ECDSA with NIST's P-256: small, fast, and known to everyone. */
    EC(Algorithm.ecp256),

    /** RSA with 3072 bits, as strong as the others (NIST SP 800-57, table 2). */
    RSA(Algorithm.rsa3072),

    /** Ed25519 (RFC 8410), which not every engine has. */
    ED25519(Algorithm.ed25519);

    private final Algorithm algorithm;

    KeyType(final Algorithm algorithm) {
        this.algorithm = algorithm;
    }

    Algorithm algorithm() {
        return algorithm;
    }
}
