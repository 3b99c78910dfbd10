// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import io.verbena.EventReason;
import io.verbena.VerbenaException;
import org.jspecify.annotations.Nullable;

/**
 * A stream, or a message of it, has failed. What OpenJ9 throws as exceptions of their own are
 * subclasses; this class itself stands for the link: it could not be made, broke, or was late.
 */
public class StreamFailure extends VerbenaException {
    private static final long serialVersionUID = 1L;

    private final boolean retryImmediately;

    /**
     * Makes one.
     *
     * @param reason what kind of failure.
     * @param retryImmediately whether the same is worth trying again at once.
     * @param message what failed and what to do.
     * @param cause what failed underneath, if something did.
     */
    public StreamFailure(
            final EventReason reason,
            final boolean retryImmediately,
            final String message,
            final @Nullable Throwable cause) {
        super(reason, message, cause);
        this.retryImmediately = retryImmediately;
    }

    /**
     * Is the same worth trying again at once, on a new connection? True after a time-out, as OpenJ9
     * has it; after anything else a client waits first, or does the work itself.
     *
     * @return whether it is.
     */
    public boolean retryImmediately() {
        return retryImmediately;
    }
}
