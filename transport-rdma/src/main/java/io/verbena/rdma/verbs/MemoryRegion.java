// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.rdma.verbs;

/**
 * Registered memory.
 *
 * @param handle for {@link Verbs#deregister}.
 * @param address where it starts.
 * @param length bytes.
 * @param lkey the key for this end's work requests.
 * @param rkey the key for the peer's.
 */
public record MemoryRegion(long handle, long address, long length, int lkey, int rkey) {}
