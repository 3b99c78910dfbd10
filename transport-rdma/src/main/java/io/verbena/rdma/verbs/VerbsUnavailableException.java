// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * There are no verbs on this machine, or they can't be used. The message is one line for people:
 * what is missing, and what mends it.
 */
public final class VerbsUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by {@link VerbsLibrary}.
     *
     * @param message what is missing, and what mends it.
     * @param cause what was thrown, if anything was.
     */
    public VerbsUnavailableException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
