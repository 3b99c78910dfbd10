// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** Does a server ask its clients for a certificate? */
public enum ClientAuthentication {
    /** It doesn't ask. */
    NONE,

    /** It asks, and takes clients that have none; one that is not accepted ends the handshake. */
    WANTED,

    /** Who has none that is accepted is not let in. */
    REQUIRED
}
