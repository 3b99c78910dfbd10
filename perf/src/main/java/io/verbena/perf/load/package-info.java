// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * A load generator: a {@link io.verbena.perf.load.LoadRunner} carries out a {@link
 * io.verbena.perf.load.LoadPlan} against a {@link io.verbena.perf.load.LoadServer} and ends in a
 * {@link io.verbena.perf.load.LoadResult}.
 *
 * <p>One event queue on the caller's thread, requests sent from call-backs, every response
 * verified, and nothing allocated for a transaction at either end.
 */
@NullMarked
package io.verbena.perf.load;

import org.jspecify.annotations.NullMarked;
