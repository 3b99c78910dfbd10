// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

/** A client is told bytes, in pieces of any size, through a socket. */
public final class SocketClientTarget {
    private static final World WORLD = new World(new SocketLines());

    private SocketClientTarget() {}

    /** One attack, which is an {@link Input}. */
    public static void fuzzerTestOneInput(final byte[] input) {
        WORLD.attackClient(input);
    }
}
