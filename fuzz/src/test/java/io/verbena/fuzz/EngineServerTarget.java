// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/** The server's half of the engine is told frames by its client, HELLO and all. */
public final class EngineServerTarget {
    private static final World WORLD = new World(new MemLines());

    private EngineServerTarget() {}

    /** One attack, which is an {@link Input}. */
    public static void fuzzerTestOneInput(final byte[] input) {
        WORLD.attackServer(input);
    }
}
