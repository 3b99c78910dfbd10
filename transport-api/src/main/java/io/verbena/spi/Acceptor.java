// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import org.jspecify.annotations.Nullable;

/** Who is told of a listener's new connections. */
@FunctionalInterface
public interface Acceptor {
    /**
     * A peer has connected. It has sent nothing that has been looked at.
     *
     * @param connection the connection, ready to send, unless {@link
     *     ConnectionHandler#onSecuring()} follows.
     * @return who is told of what it receives; null if it isn't wanted: then the transport closes
     *     it.
     */
    @Nullable ConnectionHandler onAccepted(Connection connection);
}
