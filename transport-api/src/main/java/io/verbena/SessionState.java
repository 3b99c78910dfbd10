// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** Where a session is in its life; it only ever moves down this list. */
public enum SessionState {
    /** Not yet accepted by the server; requests are queued. */
    CONNECTING,

    /** Requests and responses flow. */
    ESTABLISHED,

    /** Closing: no new requests; responses to those under way still arrive. */
    CLOSING,

    /** Closed: the CLOSED event has been delivered. */
    CLOSED
}
