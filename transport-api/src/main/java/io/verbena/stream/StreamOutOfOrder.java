// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/**
 * A request came so late that the server has gone on without it (OpenJ9's {@code StreamOOO}). Only
 * the application knows the order of requests, so only it throws this; the stream can still be
 * used, and the request made again.
 */
public final class StreamOutOfOrder extends StreamFailure {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message which request, and what the server has gone on to.
     */
    public StreamOutOfOrder(final String message) {
        super(EventReason.DISCARDED, true, message, null);
    }
}
