// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
/**
 * The transport {@code mem://name}: in-process, deterministic, with faults that a test injects.
 *
 * <p>It works between two event queues on two threads, and within one. What a link does wrong is
 * set by {@link io.verbena.testkit.mem.MemFaults}.
 */
package io.verbena.testkit.mem;
