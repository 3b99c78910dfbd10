// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/** A server is told bytes, in pieces of any size, through a socket. */
public final class SocketServerTarget {
    private static final World WORLD = new World(new SocketLines());

    private SocketServerTarget() {}

    /** One attack, which is an {@link Input}. */
    public static void fuzzerTestOneInput(final byte[] input) {
        WORLD.attackServer(input);
    }
}
