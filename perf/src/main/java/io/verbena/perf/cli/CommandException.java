// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

import org.jspecify.annotations.Nullable;

/** A command that failed, told in one line that says what to do. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
