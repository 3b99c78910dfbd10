// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

/** What becomes of a session whose handler threw. The exception goes to the event loop's caller. */
public enum HandlerFailurePolicy {
    /** The session is closed, with {@link EventReason#HANDLER_FAILED}. */
    CLOSE_SESSION,

    /** The session lives on. */
    KEEP_SESSION
}
