// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

import org.jspecify.annotations.Nullable;

/** A load that could not be carried out, told in one line. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message one line that says what to do.
     * @param cause what failed underneath, if something did.
     */
    public LoadException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
