// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/** What arrived is not a message: a size, a count or a descriptor that can't be. */
public final class StreamMalformedMessage extends StreamFailure {
    private static final long serialVersionUID = 1L;

    StreamMalformedMessage(final String message) {
        super(EventReason.PROTOCOL_ERROR, false, message, null);
    }
}
