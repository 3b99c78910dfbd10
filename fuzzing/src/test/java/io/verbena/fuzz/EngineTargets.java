// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/** The engine alone is told frames, HELLO and all. Each attack is an {@link Input}. */
final class EngineTargets {
    static final World WORLD = new World(new MemLines());

    private EngineTargets() {}

    static void server(final byte[] input) {
        WORLD.attackServer(input);
    }

    static void client(final byte[] input) {
        WORLD.attackClient(input);
    }
}
