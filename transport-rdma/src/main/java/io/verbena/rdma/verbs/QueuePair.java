// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * A queue pair that was made.
 *
 * @param handle for posting.
 * @param number as the fabric knows it, 24 bits.
 * @param maxInline bytes that can be sent inline; 0 where it isn't known.
 */
public record QueuePair(long handle, int number, int maxInline) {}
