// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long a client leaves a server alone that could not be connected to: longer each time, up to a
 * limit, and not all clients equally long. Immutable; start from {@link #defaults()}.
 *
 * @param firstNs after the first failure: nanoseconds, above 0.
 * @param mostNs after many: nanoseconds, no less than {@code firstNs}.
 * @param jitter how much of it is left to chance, 0 to 1.
 * @param incompatibleNs after the server said that it is of another version: nanoseconds, 0 or
 *     more.
 */
public record BackOff(long firstNs, long mostNs, double jitter, long incompatibleNs) {
    /** OpenJ9 waits 2 s at first and 10 s for another version; it has no limit and no jitter. */
    private static final BackOff DEFAULTS =
            new BackOff(
                    TimeUnit.SECONDS.toNanos(2),
                    TimeUnit.SECONDS.toNanos(60),
                    0.25,
                    TimeUnit.SECONDS.toNanos(10));

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range.
     */
    public BackOff {
        if (firstNs < 1 || mostNs < firstNs || incompatibleNs < 0) {
            throw new IllegalArgumentException(
                    "firstNs must be at least 1, mostNs no less than it, incompatibleNs not"
                            + " negative; are %d, %d and %d"
                                    .formatted(firstNs, mostNs, incompatibleNs));
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter must be from 0 to 1, is " + jitter);
        }
    }

    /**
     * The times that suit most: 2 s, doubled up to 60 s, a quarter of it left to chance; 10 s for
     * another version.
     *
     * @return the defaults.
     */
    public static BackOff defaults() {
        return DEFAULTS;
    }

    /** The wait after so many failures in a row. */
    long afterNs(final int failures, final RandomGenerator random) {
        final long doubled = failures > 32 ? mostNs : firstNs << Math.min(failures - 1, 30);
        final long fullNs = doubled <= 0 || doubled > mostNs ? mostNs : doubled;
        return (long) (fullNs * (1 - jitter * random.nextDouble()));
    }
}
