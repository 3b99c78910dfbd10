// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** What a bridge adds to a round trip, beside a plain relay in the same place. */
@NullMarked
package io.verbena.perf.bridge;

import org.jspecify.annotations.NullMarked;
