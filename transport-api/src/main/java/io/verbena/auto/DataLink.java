// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.spi.Connection;
import io.verbena.spi.Connection.SendResult;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import org.jspecify.annotations.Nullable;

/** The data connection, which may never be made, and may end before the session does. */
final class DataLink {
    private @Nullable Connection connection;
    private boolean over = true;

    /** It is there, whether it is up already or not. */
    void open(final Connection made) {
        connection = made;
        over = false;
    }

    /** The connection; null if there is none, or none any more. */
    @Nullable Connection connection() {
        return over ? null : connection;
    }

    /** The same, and after its end, too: for what has been counted, and for people. */
    @Nullable Connection lastConnection() {
        return connection;
    }

    /** There is no data connection, or none any more. */
    boolean isOver() {
        return over;
    }

    /** It has ended. */
    void over() {
        over = true;
    }

    /** It has ended, and what it was is of no interest. */
    void forget() {
        connection = null;
        over = true;
    }

    SendResult send(final FrameHeader frame, final @Nullable MsgMemory payload) {
        final Connection link = connection;
        return link == null ? SendResult.CLOSED : link.send(frame, payload);
    }

    /** It isn't wanted any more, and nothing of the engine's is on it. */
    void drop() {
        final Connection link = connection();
        if (link != null) {
            link.handler(ConnectionHandler.NOBODY);
            link.abort();
        }
        forget();
    }

    void abort() {
        final Connection link = connection();
        if (link != null) {
            link.abort();
        }
    }

    void detach() {
        final Connection link = connection();
        if (link != null) {
            link.detach();
        }
    }
}
