// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.spi.Connection;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.spi.PollerContext.Timer;
import io.verbena.wire.FrameHeader;
import io.verbena.wire.FrameType;
import io.verbena.wire.Hello;
import org.jspecify.annotations.Nullable;

/** A data connection to a server until it has shown its token. */
final class Visitor implements ConnectionHandler {
    private final TokenGate gate;
    private final Connection connection;
    private @Nullable Timer timer;
    private boolean over;

    Visitor(final TokenGate gate, final Connection connection) {
        this.gate = gate;
        this.connection = connection;
    }

    void limit(final Timer limit) {
        timer = limit;
    }

    void onTooLate() {
        refuse("it shows no token");
    }

    @Override
    public void onConnected() {
        throw new AssertionError("an accepted connection was connected before");
    }

    @Override
    public MsgMemory destination(final FrameHeader frame) {
        if (over) {
            return MsgMemory.DISCARD;
        }
        if (Hello.isHello(frame) && frame.payloadLength() == Token.PRESENTED_LENGTH) {
            return KeptFrame.receiving(frame);
        }
        refuse(
                Hello.isHello(frame)
                        ? "it shows no token; this port is for sessions that began on another"
                        : "its first frame isn't a HELLO of ours but " + frame);
        return MsgMemory.DISCARD;
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        if (over || !(memory instanceof KeptFrame hello)) {
            return;
        }
        final ServerConnection session = gate.find(hello.payload(), connection);
        if (session == null) {
            refuse("its token is wrong, late, or was used before");
            return;
        }
        leave();
        session.redeemed(connection);
    }

    /** Sends it away. It isn't told what was wrong: who has a right to know, knows. */
    void refuse(final String why) {
        if (over) {
            return;
        }
        leave();
        gate.refused(connection, why);
        final int reason = EventReason.REFUSED.code();
        connection.send(new FrameHeader().set(FrameType.GOODBYE, 0, 0, 0, 0, reason), null);
        connection.close();
    }

    /** Nobody is there to visit. */
    void drop() {
        if (!over) {
            leave();
            connection.abort();
        }
    }

    private void leave() {
        over = true;
        gate.forget(this);
        if (timer != null) {
            timer.cancel();
        }
    }

    @Override
    public void onWritable() {
        // Its last word may be lost.
    }

    @Override
    public void onSent(final MsgMemory payload) {
        // Nothing of anybody's was sent.
    }

    @Override
    public void onClosed(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {
        if (!over) {
            leave();
        }
    }
}
