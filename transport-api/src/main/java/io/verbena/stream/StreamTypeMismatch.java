// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/** A value of a message is of another type, or size, than is read. */
public final class StreamTypeMismatch extends StreamFailure {
    private static final long serialVersionUID = 1L;

    StreamTypeMismatch(final String message) {
        super(EventReason.PROTOCOL_ERROR, false, message, null);
    }
}
