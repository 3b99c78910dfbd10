// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** The two ends of a TLS connection. */
public enum TlsRole {
    /** The end that connects, and begins the handshake. */
    CLIENT,

    /** The end that accepts. */
    SERVER
}
