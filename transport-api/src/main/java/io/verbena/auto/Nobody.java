// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.auto;

import io.verbena.EventReason;
import io.verbena.spi.ConnectionHandler;
import io.verbena.spi.MsgMemory;
import io.verbena.wire.FrameHeader;
import org.jspecify.annotations.Nullable;

/** Is told of a data link that isn't wanted any more, and doesn't listen. */
final class Nobody implements ConnectionHandler {
    static final Nobody INSTANCE = new Nobody();

    private Nobody() {}

    @Override
    public void onConnected() {}

    @Override
    public MsgMemory destination(final FrameHeader header) {
        return MsgMemory.DISCARD;
    }

    @Override
    public void onFrame(final FrameHeader header, final MsgMemory memory) {}

    @Override
    public void onWritable() {}

    @Override
    public void onSent(final MsgMemory payload) {}

    @Override
    public void onClosed(
            final EventReason reason, final String detail, final @Nullable Throwable cause) {}
}
