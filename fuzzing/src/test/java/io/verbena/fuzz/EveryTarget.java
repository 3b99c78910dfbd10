// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.util.Arrays;

/** The entry for the fuzzer, of all targets at once: an input's first byte says which. */
public final class EveryTarget {
    private static final Target[] TARGETS = Target.values();

    private EveryTarget() {}

    /** Loads what is attacked, before attacks are timed. */
    public static void fuzzerInitialize() {
        for (final Target target : TARGETS) {
            target.attack(new byte[0]);
        }
    }

    /** One attack. */
    public static void fuzzerTestOneInput(final byte[] input) {
        if (input.length > 0) {
            targetOf(input).attack(inputOf(input));
        }
    }

    static Target targetOf(final byte[] input) {
        return TARGETS[(input[0] & 0xff) % TARGETS.length];
    }

    static byte[] inputOf(final byte[] input) {
        return Arrays.copyOfRange(input, 1, input.length);
    }

    /** The same input, for this entry. */
    static byte[] input(final Target target, final byte[] input) {
        final byte[] whole = new byte[1 + input.length];
        whole[0] = (byte) target.ordinal();
        System.arraycopy(input, 0, whole, 1, input.length);
        return whole;
    }
}
