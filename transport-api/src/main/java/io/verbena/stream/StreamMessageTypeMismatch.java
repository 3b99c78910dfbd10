// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/** A message of another type has come than the one that had to. */
public final class StreamMessageTypeMismatch extends StreamFailure {
    private static final long serialVersionUID = 1L;

    StreamMessageTypeMismatch(final String message) {
        super(EventReason.PROTOCOL_ERROR, false, message, null);
    }
}
