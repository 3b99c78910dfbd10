// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/**
 * The engine and the socket transport are told bytes, in pieces of any size. Each attack is an
 * {@link Input}.
 */
final class SocketTargets {
    static final World WORLD = new World(new SocketLines());

    private SocketTargets() {}

    static void server(final byte[] input) {
        WORLD.attackServer(input);
    }

    static void client(final byte[] input) {
        WORLD.attackClient(input);
    }
}
