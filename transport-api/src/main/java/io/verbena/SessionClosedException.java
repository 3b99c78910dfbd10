// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import org.jspecify.annotations.Nullable;

/** The session is closing or closed, so the call was refused; the message is still the caller's. */
public final class SessionClosedException extends VerbenaException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param reason why the session closes.
     * @param message what was refused.
     * @param cause what ended the session, if something failed.
     */
    public SessionClosedException(
            final EventReason reason, final String message, final @Nullable Throwable cause) {
        super(reason, message, cause);
    }
}
