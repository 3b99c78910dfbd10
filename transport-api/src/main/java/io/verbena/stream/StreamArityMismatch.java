// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/** A message has another number of values than is read, or a tuple has. */
public final class StreamArityMismatch extends StreamFailure {
    private static final long serialVersionUID = 1L;

    StreamArityMismatch(final String message) {
        super(EventReason.PROTOCOL_ERROR, false, message, null);
    }
}
