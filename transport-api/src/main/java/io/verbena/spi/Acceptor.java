// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.spi;

import io.verbena.EventReason;
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

    /**
     * Is another connection wanted now? For a transport that can leave connections where they are,
     * in the kernel: it asks before it accepts one. Others needn't ask; then what isn't wanted is
     * refused.
     *
     * @return 0 if it is; else the time in nanoseconds after which to ask again.
     */
    default long postponedNs() {
        return 0;
    }

    /**
     * The listener is closed, as by {@link Listener#close()}, because it can't listen any more: the
     * device of its address was removed, for example. Its last call. Not told of what the caller of
     * {@link Poller#listen} hears as an exception.
     *
     * @param reason what kind of fault.
     * @param detail one line for people.
     */
    default void onFailed(final EventReason reason, final String detail) {}
}
