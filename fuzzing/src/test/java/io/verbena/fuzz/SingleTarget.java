// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/** The entry for the fuzzer, of the target that the property {@code verbena.fuzz.target} names. */
public final class SingleTarget {
    private static final Target TARGET = Target.of(System.getProperty("verbena.fuzz.target"));

    private SingleTarget() {}

    /** Loads what is attacked, before attacks are timed. */
    public static void fuzzerInitialize() {
        TARGET.attack(new byte[0]);
    }

    /** One attack. */
    public static void fuzzerTestOneInput(final byte[] input) {
        TARGET.attack(input);
    }
}
