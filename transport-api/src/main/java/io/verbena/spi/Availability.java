// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import org.jspecify.annotations.Nullable;

/**
 * Whether a transport can be used on this machine: absence as data, never as a crash.
 *
 * @param available whether it can.
 * @param detail one line for people: what is used, or what is missing and how to mend it.
 * @param cause what failed, where something did.
 */
public record Availability(boolean available, String detail, @Nullable Throwable cause) {
    /**
     * It can be used.
     *
     * @param detail what is used.
     * @return the answer.
     */
    public static Availability yes(final String detail) {
        return new Availability(true, detail, null);
    }

    /**
     * It can't be used.
     *
     * @param detail what is missing and how to mend it.
     * @param cause what failed, if something did.
     * @return the answer.
     */
    public static Availability no(final String detail, final @Nullable Throwable cause) {
        return new Availability(false, detail, cause);
    }
}
