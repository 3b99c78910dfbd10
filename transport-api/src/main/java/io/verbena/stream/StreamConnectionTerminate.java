// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/** The client ends the connection in good order ({@link MessageTypes#CONNECTION_TERMINATE}). */
public final class StreamConnectionTerminate extends StreamFailure {
    private static final long serialVersionUID = 1L;

    StreamConnectionTerminate(final String message) {
        super(EventReason.CLOSED_BY_PEER, false, message, null);
    }
}
