// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** Measures whether those who connect and then say nothing delay those who work. */
@NullMarked
package io.verbena.perf.silent;

import org.jspecify.annotations.NullMarked;
