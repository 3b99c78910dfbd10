// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.auto.AutoConnection.Carrier;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import org.jspecify.annotations.Nullable;

/** What comes from the control connection: the negotiation's, the session's, or signs of life. */
final class ControlSide implements ConnectionHandler {
    private final AutoConnection connection;

    ControlSide(final AutoConnection connection) {
        this.connection = connection;
    }

    @Override
    public void onSecuring() {
        connection.engine().onSecuring();
    }

    @Override
    public void onConnected() {
        connection.onControlConnected();
    }

    @Override
    public @Nullable MsgMemory destination(final FrameHeader frame) {
        if (connection.teardown().isEnding()) {
            return MsgMemory.DISCARD;
        }
        final KeptFrame own = connection.negotiation(frame);
        if (own != null) {
            return own;
        }
        if (connection.teardown().isEnding()) {
            return MsgMemory.DISCARD;
        }
        if (connection.carrier() == Carrier.OPEN) {
            connection.onOtherFrame(frame);
        }
        if (connection.carrier() == Carrier.CONTROL) {
            return connection.engine().destination(frame);
        }
        if (frame.payloadLength() != 0) {
            connection.teardown().protocolError("a payload where none belongs: " + frame);
        }
        return MsgMemory.DISCARD;
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        if (connection.teardown().isEnding()) {
            return;
        }
        if (memory instanceof KeptFrame own) {
            connection.onNegotiation(own);
        } else if (connection.carrier() == Carrier.CONTROL) {
            connection.engine().onFrame(frame, memory);
        } else {
            connection.onLivenessFrame(frame);
        }
    }

    @Override
    public void onWritable() {
        connection.onControlWritable();
    }

    @Override
    public void onSent(final MsgMemory payload) {
        if (!(payload instanceof KeptFrame)) {
            connection.engine().onSent(payload);
        }
    }

    @Override
    public void onClosed(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {
        connection.stopHeart();
        connection.teardown().onControlClosed(new Ending(reason, detail, cause));
    }
}
