// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;

/**
 * The server could not do what it was asked for, and said so in a {@link
 * MessageTypes#COMPILATION_FAILURE}. The stream can be used on.
 */
public final class ServerCompilationFailure extends StreamFailure {
    private static final long serialVersionUID = 1L;

    private final long status;
    private final long details;

    ServerCompilationFailure(final long status, final long details) {
        super(
                EventReason.DISCARDED,
                status == StreamStatus.OUT_OF_ORDER,
                "the server has failed with status %d (%d)".formatted(status, details),
                null);
        this.status = status;
        this.details = details;
    }

    /**
     * What the server says went wrong.
     *
     * @return a number of the application's, or one of {@link StreamStatus}.
     */
    public long status() {
        return status;
    }

    /**
     * What else it says.
     *
     * @return a number of the application's.
     */
    public long details() {
        return details;
    }
}
