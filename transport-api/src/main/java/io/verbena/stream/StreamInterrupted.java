// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/**
 * The client has given its request up ({@link MessageTypes#COMPILATION_INTERRUPTED}) and ends the
 * connection.
 */
public final class StreamInterrupted extends StreamFailure {
    private static final long serialVersionUID = 1L;

    StreamInterrupted(final String message) {
        super(EventReason.CANCELLED, false, message, null);
    }
}
