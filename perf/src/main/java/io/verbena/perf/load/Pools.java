// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.load;

/** How large the messages of a pool should be. */
final class Pools {
    private static final int PAGE = 4096;
    private static final int CACHE_LINE = 64;

    private static final long MAX_BYTES = 1L << 31;

    private Pools() {}

    /** Refuses what no pool can hold. */
    static void check(final String what, final long count, final int size) {
        if (count * spaced(size) > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "%d %s of %d bytes are more than a pool's 2 GiB: make them fewer or shorter"
                            .formatted(count, what, size));
        }
    }

    /**
     * Messages a multiple of a page apart begin in the same few lines of the cache, and push each
     * other out; so their size is made a little larger.
     */
    static int spaced(final int size) {
        return size > 0 && size % PAGE == 0 ? size + CACHE_LINE : size;
    }
}
