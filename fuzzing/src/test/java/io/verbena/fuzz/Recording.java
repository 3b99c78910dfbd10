// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.fuzz;

import java.util.ArrayList;
import java.util.List;

/**
 * What the two ends of a real session said to each other, over a socket, byte for byte.
 *
 * @param serverManners what the server's application did: see {@link ServerApplication}.
 * @param toServer what the client said.
 * @param clientManners what the client's application did: see {@link ClientApplication}.
 * @param toClient what the server said.
 */
record Recording(int serverManners, byte[] toServer, int clientManners, byte[] toClient) {
    /** Sends several requests at once, and more on answers; closes early; is in a hurry. */
    private static final int[] CLIENT_MANNERS = {0, 3, 7, 3 | 8, 7 | 32};

    /** Answers, holds, discards, answers too long, closes early; rejects; accepts elsewhere. */
    private static final int[] SERVER_MANNERS = {0, 1, 2, 3, 4, 5, 6, 0xe0, 8, 16 | 2};

    /** Sessions of each kind. */
    static List<Recording> all() {
        final List<Recording> all = new ArrayList<>();
        try (World world = new World(new SocketLines())) {
            for (final int serverManners : SERVER_MANNERS) {
                for (final int clientManners : CLIENT_MANNERS) {
                    all.add(world.record(serverManners, clientManners));
                }
            }
        }
        return all;
    }

    /** The client's side of it, to attack a server with. */
    Input attackOnServer() {
        return new Input(serverManners, 0, Input.Ending.CLOSES, toServer);
    }

    /** The server's side of it, to attack a client with. */
    Input attackOnClient() {
        return new Input(clientManners, 0, Input.Ending.CLOSES, toClient);
    }
}
