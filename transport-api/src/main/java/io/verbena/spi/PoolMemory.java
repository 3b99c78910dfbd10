// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import java.nio.ByteBuffer;

/**
 * A pool's memory: its INs are contiguous and so are its OUTs, so that two registrations do, each
 * with no more rights than its half needs.
 */
public interface PoolMemory {
    /**
     * A small number, unique among the pools of an event queue, so that what a transport knows
     * about a pool is an array's element away.
     *
     * @return 0 or more.
     */
    int id();

    /**
     * Messages in the pool.
     *
     * @return their number.
     */
    int count();

    /**
     * All INs, one behind the other.
     *
     * @return direct memory that starts at a multiple of 64.
     */
    ByteBuffer inBlock();

    /**
     * All OUTs, one behind the other.
     *
     * @return direct memory that starts at a multiple of 64.
     */
    ByteBuffer outBlock();

    /**
     * From one IN to the next.
     *
     * @return bytes, a multiple of 64.
     */
    int inStride();

    /**
     * From one OUT to the next.
     *
     * @return bytes, a multiple of 64.
     */
    int outStride();
}
