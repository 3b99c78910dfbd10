// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.tls;

import org.jspecify.annotations.Nullable;

/** Keys or certificates can't be used; the message names the file and says what to do. */
public final class MaterialException extends Exception {
    private static final long serialVersionUID = 1;

    MaterialException(final String message) {
        this(message, null);
    }

    MaterialException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
