// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.stream;

/**
 * What a client says about itself in its first message: both ends must be of the same version and
 * configuration. There is no negotiation.
 *
 * @param version a number, as of {@link #of(int, int)}; 0: the other end doesn't check.
 * @param config flags of the application's.
 */
public record StreamVersion(int version, int config) {
    /** Not to be checked. */
    public static final StreamVersion UNCHECKED = new StreamVersion(0, 0);

    /**
     * A version without configuration.
     *
     * @param major 0 to 255.
     * @param minor 0 to 65535; OpenJ9 keeps the last 8 bits for a patch level that it ignores.
     * @return the version, as OpenJ9 writes it: major in bits 24 to 31, minor in bits 8 to 23.
     */
    public static StreamVersion of(final int major, final int minor) {
        if ((major & ~0xff) != 0 || (minor & ~0xffff) != 0) {
            throw new IllegalArgumentException(
                    "major must be from 0 to 255 and minor from 0 to 65535, are %d and %d"
                            .formatted(major, minor));
        }
        return new StreamVersion(major << 24 | minor << 8, 0);
    }

    /**
     * This version with a configuration.
     *
     * @param value flags of the application's.
     * @return a new version.
     */
    public StreamVersion withConfig(final int value) {
        return new StreamVersion(version, value);
    }

    /**
     * Is this end to be checked by the other one?
     *
     * @return false if the version is 0.
     */
    public boolean isChecked() {
        return version != 0;
    }

    @Override
    public String toString() {
        return "%d.%d, configuration 0x%x"
                .formatted(version >>> 24, version >>> 8 & 0xffff, config);
    }
}
