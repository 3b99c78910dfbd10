// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * What a device can do: struct ibv_device_attr.
 *
 * @param maxQueuePairs queue pairs.
 * @param maxWorkRequests work requests of a queue.
 * @param maxCompletions entries of a completion queue.
 * @param maxMemoryRegions memory regions.
 * @param maxRegionBytes bytes of a region.
 * @param maxReads reads that a queue pair may have under way, either way.
 * @param firmware the firmware's version.
 */
public record DeviceLimits(
        int maxQueuePairs,
        int maxWorkRequests,
        int maxCompletions,
        int maxMemoryRegions,
        long maxRegionBytes,
        int maxReads,
        String firmware) {}
