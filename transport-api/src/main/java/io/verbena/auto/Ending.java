// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import org.jspecify.annotations.Nullable;

/**
 * Why a link ended, or a session.
 *
 * @param reason the true one.
 * @param detail one line for people.
 * @param cause what was thrown; null: nothing.
 */
record Ending(EventReason reason, String detail, @Nullable Throwable cause) {}
