// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import org.jspecify.annotations.Nullable;

/** What failed at once, with the reason and a message that says what to do about it. */
public class VerbenaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final EventReason reason;

    /**
     * Makes one.
     *
     * @param reason what kind of failure.
     * @param message what failed and what to do.
     * @param cause what failed underneath, if something did.
     */
    public VerbenaException(
            final EventReason reason, final String message, final @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * What kind of failure.
     *
     * @return the reason.
     */
    public EventReason reason() {
        return reason;
    }
}
