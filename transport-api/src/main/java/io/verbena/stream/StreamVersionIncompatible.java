// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/** The two ends are of different versions or configurations, and can't talk to each other. */
public final class StreamVersionIncompatible extends StreamFailure {
    private static final long serialVersionUID = 1L;

    StreamVersionIncompatible(final String message) {
        super(EventReason.VERSION_MISMATCH, false, message, null);
    }
}
