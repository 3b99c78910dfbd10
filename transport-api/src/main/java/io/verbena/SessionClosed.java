// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena;

import org.jspecify.annotations.Nullable;

/**
 * The last event of a session: why it ended.
 *
 * @param reason the true reason.
 * @param detail one line for people; never empty.
 * @param rejectCode on {@link EventReason#REJECTED}, the code that the server's application gave;
 *     else 0.
 * @param rejectData on {@link EventReason#REJECTED}, the text that the server's application gave;
 *     else empty.
 * @param cause what failed, if something did.
 */
public record SessionClosed(
        EventReason reason,
        String detail,
        int rejectCode,
        String rejectData,
        @Nullable Throwable cause) {
    /**
     * An end that is no rejection.
     *
     * @param reason the true reason.
     * @param detail one line for people.
     * @param cause what failed, if something did.
     * @return the event.
     */
    public static SessionClosed of(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {
        return new SessionClosed(reason, detail, 0, "", cause);
    }
}
