// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/** The client's half of the engine is told frames by its server, HELLO and all. */
public final class EngineClientTarget {
    private static final World WORLD = new World(new MemLines());

    private EngineClientTarget() {}

    /** One attack, which is an {@link Input}. */
    public static void fuzzerTestOneInput(final byte[] input) {
        WORLD.attackClient(input);
    }
}
