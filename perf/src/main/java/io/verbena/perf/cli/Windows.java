// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.perf.cli;

/** How many requests to have outstanding where nobody says. */
final class Windows {
    private static final int SMALL = 4096;
    private static final int OF_SMALL = 256;
    private static final int OF_LARGE = 16;

    private Windows() {}

    /** Enough to keep both ends busy, and few enough to stay in the cache. */
    static int forThroughput(final int size) {
        return size <= SMALL ? OF_SMALL : OF_LARGE;
    }
}
