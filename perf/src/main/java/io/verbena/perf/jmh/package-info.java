// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/** Microbenchmarks: Verbena and its peers on the same workload. */
@NullMarked
package io.verbena.perf.jmh;

import org.jspecify.annotations.NullMarked;
