// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.auto.AutoConnection.Carrier;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import org.jspecify.annotations.Nullable;

/** What comes from the data link: once it carries the session, the engine's. */
final class DataSide implements ConnectionHandler {
    private final AutoConnection connection;

    DataSide(final AutoConnection connection) {
        this.connection = connection;
    }

    @Override
    public void onGreeting() {
        connection.onDataGreeting();
    }

    @Override
    public void onConnected() {
        connection.onDataConnected();
    }

    @Override
    public @Nullable MsgMemory destination(final FrameHeader frame) {
        if (connection.teardown().isEnding()
                || (!connection.isConfirmed() && !connection.onEarlyDataFrame(frame))) {
            return MsgMemory.DISCARD;
        }
        connection.watch(frame);
        return connection.engine().destination(frame);
    }

    @Override
    public void onFrame(final FrameHeader frame, final MsgMemory memory) {
        if (connection.carrier() == Carrier.DATA && !connection.teardown().isEnding()) {
            connection.engine().onFrame(frame, memory);
        }
    }

    @Override
    public void onWritable() {
        connection.onDataWritable();
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
        connection.teardown().onDataClosed(new Ending(reason, detail, cause));
    }
}
