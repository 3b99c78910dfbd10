// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tcp.link;

import io.verbena.EventReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A link is broken, and it is known what of. */
public final class LinkException extends IOException {
    private static final long serialVersionUID = 1;

    private final EventReason reason;

    /**
     * A broken link.
     *
     * @param reason what it is broken of.
     * @param message the same for people, in one line.
     * @param cause what failed, if something did.
     */
    public LinkException(
            final EventReason reason, final String message, final @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * What it is broken of.
     *
     * @return the reason.
     */
    public EventReason reason() {
        return reason;
    }
}
