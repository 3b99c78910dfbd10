// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/**
 * The session's queue of unsent requests is full, so the request was refused; the message is still
 * the caller's. Send again from {@link ClientSession.Handler#onResponse}, or raise {@link
 * SessionOptions#maxQueued()}.
 */
public final class QueueOverflowException extends VerbenaException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message which queue, and how full.
     */
    public QueueOverflowException(final String message) {
        super(EventReason.LIMIT_REACHED, message, null);
    }
}
