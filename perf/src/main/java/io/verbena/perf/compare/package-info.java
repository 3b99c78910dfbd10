// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * Compares Verbena with its {@linkplain io.verbena.perf.peer peers} on one machine: every figure in
 * a JVM of its own, the two ends pinned to two CPUs, the peers taking turns in several rounds, and
 * medians and ratios at the end, as a figure alone says little on a machine that is shared.
 */
@NullMarked
package io.verbena.perf.compare;

import org.jspecify.annotations.NullMarked;
