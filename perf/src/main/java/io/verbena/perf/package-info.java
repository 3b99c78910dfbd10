// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** The command line's entry. */
@NullMarked
package io.verbena.perf;

import org.jspecify.annotations.NullMarked;
