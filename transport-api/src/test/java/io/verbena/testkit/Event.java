// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.testkit;

import io.verbena.EventReason;

/**
 * One call of a handler, as it was recorded.
 *
 * @param kind which method.
 * @param reason why, where the method tells; else null.
 * @param length bytes received, where there are any; else 0.
 */
public record Event(Kind kind, EventReason reason, int length) {
    /** Which method of a handler. */
    public enum Kind {
        /** onEstablished. */
        ESTABLISHED,
        /** onRequest. */
        REQUEST,
        /** onRequestRefused. */
        REFUSED,
        /** onResponse. */
        RESPONSE,
        /** onMsgError. */
        MSG_ERROR,
        /** onClosing. */
        CLOSING,
        /** onClosed. */
        CLOSED
    }

    @Override
    public String toString() {
        return kind
                + (reason == null ? "" : " " + reason)
                + (length == 0 ? "" : "(" + length + ")");
    }
}
