// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** {@link MsgPool#take()} found no free message. */
public final class PoolExhaustedException extends VerbenaException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message which pool, and what its messages do.
     */
    public PoolExhaustedException(final String message) {
        super(EventReason.LIMIT_REACHED, message, null);
    }
}
