// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * What a queue pair shall hold: struct ibv_qp_cap. Each work request has one scatter/gather entry.
 *
 * @param maxSends work requests in the send queue.
 * @param maxReceives work requests in the receive queue.
 * @param maxInline bytes to be sent inline; less may be granted.
 */
public record QueuePairLimits(int maxSends, int maxReceives, int maxInline) {}
